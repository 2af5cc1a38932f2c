import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const TIDY = fileURLToPath(new URL('../../../../scripts/dist/tidy.js', import.meta.url));

/** What tidy says of a tree that holds these files. */
function tidy(folder: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { stderr, status } = spawnSync(process.execPath, [TIDY, folder], { encoding: 'utf8' });
  return `${status}\n${stderr}`;
}

t.test('a tidy tree passes', async (t) => {
  const tree = { 'packages/reactor/src/errors.ts': 'export {};\n', 'packages/reactor/src/loop/a.ts': "import { x } from '../errors.js';\n", 'a.md': '[a](a.md)\n' };
  t.equal(tidy(t.testdir(), tree), '0\n');
});

t.test('every rule names the breach and where it is', async (t) => {
  const said = tidy(t.testdir(), {
    'packages/reactor/src/errors.ts': "import { a } from './loop/a.js';\n",
    'packages/reactor/src/loop/a.ts': "import koffi from 'koffi';\nimport { b } from './b.js';\n",
    'packages/reactor/src/loop/b.ts': "import { a } from './a.js';\n",
    'packages/reactor/src/elsewhere.ts': '',
    'packages/reactor/src/loop/utils.ts': '',
    'packages/kv/src/store/keyspace.ts': "import { get } from '../commands/strings/get.js';\nimport { z } from 'zod';\n",
    'packages/kv/src/commands/strings/get.ts': "createRequire(import.meta.url).resolve('wasmoon-lua5.1/dist/liblua5.1.wasm');\n",
    'packages/reactor/src/net/long.ts': '\n'.repeat(301),
    'scripts/x.mjs': `// ${['TO', 'DO'].join('')} later\n`,
    'a.md': '\n[b](b.md)\n',
  });
  t.match(said, /^1\n/);
  t.match(said, 'packages/reactor/src/errors.ts:1: layers: imports upwards, from loop/a.ts');
  t.match(said, 'packages/reactor/src/elsewhere.ts:1: layers: the file has no floor');
  t.match(said, 'packages/reactor/src/loop/a.ts:1: rooms: koffi belongs to kernel/');
  t.match(said, 'packages/kv/src/store/keyspace.ts:1: layers: imports upwards, from commands/strings/get.ts');
  t.match(said, 'packages/kv/src/store/keyspace.ts:2: rooms: zod belongs to server/settings.ts and cli/configuration.ts');
  t.match(said, 'packages/kv/src/commands/strings/get.ts:1: rooms: wasmoon-lua5.1 belongs to scripting/machine/');
  t.match(said, 'packages/reactor/src/loop/a.ts:1: circles:');
  t.match(said, 'packages/reactor/src/loop/b.ts:1: circles:');
  t.match(said, 'packages/reactor/src/loop/utils.ts:1: name:');
  t.match(said, 'packages/reactor/src/net/long.ts:300: size: 301 lines');
  t.match(said, 'scripts/x.mjs:1: unfinished:');
  t.match(said, 'a.md:2: links: b.md does not exist');
  t.equal(said.trim().split('\n').length, 13);
});
