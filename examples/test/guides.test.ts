/** The guides' code is real: the TypeScript blocks of a guide, put together in order, compile and run. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createReactor } from '@edgeloop/reactor';
import { echo } from '@edgeloop/echo';
import t, { type Test } from 'tap';

const root = new URL('../../../', import.meta.url);
const guides = new URL('docs/guides/', root);
const programs = new URL('../guides/', import.meta.url);
const names = readdirSync(guides).filter((name) => name.endsWith('.md')).map((name) => name.replace('.md', ''));

const read = (name: string) => readFileSync(new URL(`${name}.md`, guides), 'utf8');

function blocks(text: string, opening: string): string[] {
  return text.split(`${opening}\n`).slice(1).map((rest) => rest.slice(0, rest.indexOf('```')));
}

async function run(t: Test, program: string, ...args: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const output = (await buffer(child.stdout)).toString();
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  return { status: child.exitCode, output };
}

const written = names.filter((name) => blocks(read(name), '```ts').length > 0);

t.before(async () => {
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs, { recursive: true });
  for (const name of written) writeFileSync(new URL(`${name}.ts`, programs), blocks(read(name), '```ts').join('\n'));
  for (const name of names) {
    for (const [, file, code] of read(name).matchAll(/^```ts (\S+\.ts)\n(.*?)```$/gms)) writeFileSync(new URL(file as string, programs), code as string);
  }
  const configuration = {
    extends: fileURLToPath(new URL('tsconfig.base.json', root)),
    compilerOptions: { rootDir: '.', composite: false, declaration: false, declarationMap: false, sourceMap: false, noUnusedLocals: false },
    include: ['*.ts'],
  };
  writeFileSync(new URL('tsconfig.json', programs), JSON.stringify(configuration));
});

t.test('the code of the guides compiles', async (t) => {
  const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  // tap's module loader, which NODE_OPTIONS hands on, cannot load it.
  const { status, output } = await run(t, 'env', '-u', 'NODE_OPTIONS', process.execPath, compiler, '-p', fileURLToPath(programs));
  t.equal(output, '');
  t.equal(status, 0);
});

for (const name of written) {
  t.test(`the program of ${name}.md runs and prints what the guide says`, async (t) => {
    const { status, output } = await run(t, process.execPath, fileURLToPath(new URL(`${name}.js`, programs)));
    t.equal(status, 0, 'it ends with 0', { output });
    for (const printed of blocks(read(name), '<!-- printed -->\n```')) t.match(output, printed);
  });
}

t.test('plugins.md names the defaults of listen and connect', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const rows = read('plugins').matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm);
  const options = Object.fromEntries([...rows].map(([, name, value]) => [name, JSON.parse(value as string) as unknown]));
  t.ok(Object.keys(options).length > 10);
  await reactor.use(echo).listen({ port: 0, ...options });
});

t.test('debug.md explains every counter', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  for (const counter of Object.keys(reactor.counters)) t.match(read('debug'), `\n| \`${counter}\` |`);
});

t.test('links between the guides and the examples lead somewhere', async (t) => {
  for (const [page, text] of [...names.map((name) => [new URL(`${name}.md`, guides), read(name)] as const), examplesPage()]) {
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      t.doesNotThrow(() => readFileSync(new URL(target as string, page)), `${target} in ${page.pathname}`);
    }
  }
});

function examplesPage(): readonly [URL, string] {
  const page = new URL('examples/README.md', root);
  return [page, readFileSync(page, 'utf8')];
}
