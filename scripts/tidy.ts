/**
 * Keeps the rules of STYLE.md that a machine can keep. Prints `path:line: rule: what` for each breach and exits with 1.
 *
 *   node scripts/dist/tidy.js [ROOT]
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** packages/reactor/src from the bottom up. A file may import from its own floor and from those below. */
const FLOORS: readonly (readonly string[])[] = [
  ['invariant.ts', 'limits.ts', 'errors.ts', 'log.ts'],
  ['kernel/'],
  ['structures/', 'options-check.ts', 'options.ts'],
  ['codec/'],
  ['loop/'],
  ['net/'],
  ['plugin/', 'host/'],
  ['reactor.ts', 'shutdown.ts', 'telemetry/'],
  ['create-reactor.ts', 'open-outbox.ts', 'close-on-signals.ts', 'admin/'],
  ['config/'],
  ['service/'],
  ['index.ts'],
];

/** Where in packages/reactor/src a library may be imported, and nowhere else there. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  koffi: ['kernel/'],
  zod: ['options.ts', 'options-check.ts', 'config/', 'admin/admin-options.ts', 'telemetry/log-options.ts'],
  pino: ['telemetry/'],
  'pino-pretty': ['telemetry/'],
  'prom-client': ['telemetry/'],
  'jsonc-parser': ['config/'],
};

const REACTOR = 'packages/reactor/src/';
const MAX_LINES = 300;
const VAGUE_NAMES = /(^|[/-])(utils?|helpers?|managers?|misc|common)\./;
/** Written so that this file keeps the rule itself. */
const UNFINISHED = /\b(TO[D]O|FIX[M]E|X[X]X)\b/;

interface Source {
  readonly path: string;
  readonly lines: readonly string[];
  readonly imports: readonly { readonly line: number; readonly target: string }[];
}

const root = normalize(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
const breaches = check(root);
for (const breach of breaches) process.stderr.write(`${breach}\n`);
process.exitCode = breaches.length === 0 ? 0 : 1;

function check(folder: string): string[] {
  const sources = filesBelow(folder, /\.(ts|mjs|c|h)$/).map((path) => readSource(folder, path));
  return [
    ...sources.flatMap((source) => [...sizeBreaches(source), ...wordBreaches(source)]),
    ...sources.filter(({ path }) => path.startsWith(REACTOR)).flatMap((source) => [...floorBreaches(source), ...roomBreaches(source)]),
    ...circles(sources),
    ...filesBelow(folder, /\.md$/).flatMap((path) => deadLinks(folder, path)),
  ];
}

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (/^(node_modules|dist|build|peers|lib|coverage|\..*)$/.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, pattern);
    return pattern.test(entry.name) ? [relative(root, path)] : [];
  });
}

function readSource(folder: string, path: string): Source {
  const lines = readFileSync(join(folder, path), 'utf8').split('\n');
  const imports = lines.flatMap((text, index) => {
    const target = /^(?:import|export|\}).* from '([^']+)';$|^import '([^']+)';$/.exec(text);
    return target === null ? [] : [{ line: index + 1, target: resolve(path, (target[1] ?? target[2]) as string) }];
  });
  return { path, lines, imports };
}

/** A relative import as a path from the root; a package by its name. */
function resolve(path: string, target: string): string {
  return target.startsWith('.') ? normalize(join(dirname(path), target)).replace(/\.js$/, '.ts') : target;
}

function sizeBreaches({ path, lines }: Source): string[] {
  const name = VAGUE_NAMES.test(path) ? [`${path}:1: name: say what is in it, with a noun of the field`] : [];
  const inSources = /^(packages\/[^/]+|native)\/src\//.test(path);
  return inSources && lines.length - 1 > MAX_LINES ? [...name, `${path}:${MAX_LINES}: size: ${lines.length - 1} lines, ${MAX_LINES} are a lot`] : name;
}

function wordBreaches({ path, lines }: Source): string[] {
  return lines.flatMap((text, index) => (UNFINISHED.test(text) ? [`${path}:${index + 1}: unfinished: finish it, or write down why not`] : []));
}

function floorOf(path: string): number {
  const inside = path.slice(REACTOR.length);
  return FLOORS.findIndex((rooms) => rooms.some((room) => (room.endsWith('/') ? inside.startsWith(room) : inside === room)));
}

function floorBreaches({ path, imports }: Source): string[] {
  const floor = floorOf(path);
  if (floor < 0) return [`${path}:1: layers: the file has no floor in scripts/tidy.ts`];
  return imports
    .filter(({ target }) => target.startsWith(REACTOR) && floorOf(target) > floor)
    .map(({ line, target }) => `${path}:${line}: layers: imports upwards, from ${target.slice(REACTOR.length)}`);
}

function roomBreaches({ path, imports }: Source): string[] {
  return imports.flatMap(({ line, target }) => {
    const rooms = ROOMS[target];
    const allowed = rooms === undefined || rooms.some((room) => path.startsWith(REACTOR + room));
    return allowed ? [] : [`${path}:${line}: rooms: ${target} belongs to ${rooms.join(' and ')}`];
  });
}

/** Each file that can reach itself through imports. */
function circles(sources: readonly Source[]): string[] {
  const next = new Map(sources.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
  return sources.filter(({ path }) => reaches(path, path, next)).map(({ path }) => `${path}:1: circles: the file imports itself by way of others`);
}

function reaches(from: string, to: string, next: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const open = [...(next.get(from) ?? [])];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path === to) return true;
    if (seen.has(path)) continue;
    seen.add(path);
    open.push(...(next.get(path) ?? []));
  }
  return false;
}

function deadLinks(folder: string, path: string): string[] {
  return readFileSync(join(folder, path), 'utf8')
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .filter(([, target = '']) => !existsSync(join(folder, dirname(path), target)))
        .map(([, target]) => `${path}:${index + 1}: links: ${target} does not exist`),
    );
}
