/**
 * Keeps the rules of STYLE.md that a machine can keep. Prints `path:line: rule: what` for each breach and exits with 1.
 *
 *   node scripts/dist/tidy.js [ROOT]
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sources of one package: what may import what. */
interface Building {
  readonly folder: string;
  /** From the bottom up. A file may import from its own floor and from those below. */
  readonly floors: readonly (readonly string[])[];
  /** Where a library may be imported, and nowhere else in the folder. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
}

const REACTOR: Building = {
  folder: 'packages/reactor/src/',
  floors: [
    ['invariant.ts', 'limits.ts', 'errors.ts', 'log.ts'],
    ['kernel/'],
    ['structures/', 'options-check.ts', 'options.ts'],
    ['codec/'],
    ['loop/'],
    ['offload/'],
    ['net/'],
    ['plugin/', 'host/'],
    ['reactor.ts', 'reactor-parts.ts', 'shutdown.ts', 'left-open.ts', 'telemetry/'],
    ['create-reactor.ts', 'open-outbox.ts', 'huge-pages.ts', 'lock-file.ts', 'close-on-signals.ts', 'admin/'],
    ['group/'],
    ['config/', 'takeover/'],
    ['service/'],
    ['testing/'],
    ['index.ts'],
  ],
  rooms: {
    koffi: ['kernel/'],
    zod: ['options.ts', 'options-check.ts', 'config/', 'admin/admin-options.ts', 'telemetry/log-options.ts', 'group/group-options.ts'],
    pino: ['telemetry/'],
    'pino-pretty': ['telemetry/'],
    'prom-client': ['telemetry/'],
    'jsonc-parser': ['config/'],
    piscina: ['offload/'],
  },
};

const KV: Building = {
  folder: 'packages/kv/src/',
  floors: [
    ['version.ts', 'bytes/', 'disk/'],
    ['algorithms/'],
    ['memory/'],
    ['values/'],
    ['store/', 'rdb/'],
    ['protocol/'],
    // Records in files, whatever is in them.
    ['log/'],
    // What commands are, without what they work on.
    ['catalogue/'],
    ['access/', 'scripting/'],
    ['client/'],
    ['server/'],
    ['command/'],
    ['commands/'],
    ['embedded/'],
    ['durability/'],
    // From one server to another, over a socket or in this process.
    ['plugin/', 'telemetry/', 'transfer/'],
    ['throw-away.ts', 'cli/'],
    ['index.ts'],
  ],
  rooms: {
    zod: ['server/settings.ts', 'cli/configuration.ts'],
    'wasmoon-lua5.1': ['scripting/machine/'],
    'prom-client': ['telemetry/'],
  },
};

const MAX_LINES = 300;
const VAGUE_NAMES = /(^|[/-])(utils?|helpers?|managers?|misc|common)\./;
/** The third one names a file of a package that is no module. */
const IMPORT = /^(?:import|export|\}).* from '([^']+)';$|^import '([^']+)';$|\(import\.meta\.url\)\.resolve\('([^']+)'\)/;
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
    ...[REACTOR, KV].flatMap((building) => buildingBreaches(building, sources)),
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
    const target = IMPORT.exec(text)?.slice(1).find((group) => group !== undefined);
    return target === undefined ? [] : [{ line: index + 1, target: resolve(path, target) }];
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

function buildingBreaches(building: Building, sources: readonly Source[]): string[] {
  return sources.filter(({ path }) => path.startsWith(building.folder)).flatMap((source) => [...floorBreaches(building, source), ...roomBreaches(building, source)]);
}

function isInside(path: string, room: string): boolean {
  return room.endsWith('/') ? path.startsWith(room) : path === room;
}

function floorOf({ folder, floors }: Building, path: string): number {
  const inside = path.slice(folder.length);
  return floors.findIndex((rooms) => rooms.some((room) => isInside(inside, room)));
}

function floorBreaches(building: Building, { path, imports }: Source): string[] {
  const floor = floorOf(building, path);
  if (floor < 0) return [`${path}:1: layers: the file has no floor in scripts/tidy.ts`];
  return imports
    .filter(({ target }) => target.startsWith(building.folder) && floorOf(building, target) > floor)
    .map(({ line, target }) => `${path}:${line}: layers: imports upwards, from ${target.slice(building.folder.length)}`);
}

function roomBreaches({ folder, rooms }: Building, { path, imports }: Source): string[] {
  return imports.flatMap(({ line, target }) => {
    const library = libraryOf(target);
    const allowed = rooms[library];
    if (allowed === undefined || allowed.some((room) => isInside(path.slice(folder.length), room))) return [];
    return [`${path}:${line}: rooms: ${library} belongs to ${allowed.join(' and ')}`];
  });
}

/** The package of what is imported, which may be one of its files. */
function libraryOf(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/');
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
