/** docs/reference/redis-compatibility.md, as scripts/compatibility-page.mjs writes it. */
import { coverage } from './coverage.js';
import { KNOWN_DIFFERENCES, UNCOMPARED, UNSUPPORTED } from './known-differences.js';

const COLUMNS = 4;

interface Reason {
  readonly matches: RegExp;
  readonly why: string;
}

export function compatibilityPage(): string {
  const { compared, uncompared, unsupported } = commandsByStanding();
  return [
    INTRODUCTION,
    `## Compared\n\n${table(compared.map(([name, count]) => [name, roughly(count)]))}`,
    `## Known differences\n\n${KNOWN_DIFFERENCES.map(({ what, why }) => `- **${what}.** ${why}`).join('\n')}`,
    `## Supported, but compared in no random sequence\n\n${explained(uncompared, UNCOMPARED)}`,
    `## Not supported\n\nAll commands of Redis 7.0 are known. These are answered with an error:\n\n${explained(unsupported, UNSUPPORTED)}`,
  ].join('\n\n') + '\n';
}

/** Commands for whose absence from the table the page has no reason. */
export function unexplained(): string[] {
  return commandsByStanding().uncompared.filter((name) => !isExplained(name, UNCOMPARED));
}

interface Standing {
  readonly compared: [string, number][];
  readonly uncompared: string[];
  readonly unsupported: string[];
}

let standing: Standing | undefined;

function commandsByStanding(): Standing {
  return (standing ??= readStanding());
}

/** All commands of Redis; a container is its subcommands. To count them, all that the test draws is drawn. */
function readStanding(): Standing {
  const counts = coverage();
  const containers = new Set([...counts.keys()].filter((name) => name.includes('|')).map((name) => name.split('|')[0] as string));
  const all = [...counts].filter(([name]) => !containers.has(name));
  const supported = all.filter(([name]) => !isExplained(name, UNSUPPORTED));
  return {
    compared: supported.filter(([, count]) => count > 0),
    uncompared: supported.filter(([, count]) => count === 0).map(([name]) => name),
    unsupported: all.map(([name]) => name).filter((name) => isExplained(name, UNSUPPORTED)),
  };
}

function isExplained(name: string, reasons: readonly Reason[]): boolean {
  return reasons.some(({ matches }) => matches.test(name));
}

function explained(names: readonly string[], reasons: readonly Reason[]): string {
  return reasons.map(({ matches, why }) => `- ${names.filter((name) => matches.test(name)).map(code).join(', ')}: ${why}`).join('\n');
}

/** The page without what changes whenever the generator does. */
export function withoutCounts(page: string): string {
  return page.replaceAll(/\d+\+/g, '');
}

const INTRODUCTION = `# Compatibility with Redis 7.0

Written by \`npm run compatibility-page\`; a test compares it with what the generator draws.

A differential test gives the same random sequences of commands to this server and to \`redis-server\` 7.0, over RESP2 and RESP3, from a seed that is
printed. It compares each reply to the byte, types and error texts included, with what subscribers, waiting and caching clients are told meanwhile;
and after each sequence all keys: type, encoding, value, and whether they expire. Each key is then dumped by one server and restored by the other.
About a fifth of the commands are wrong in some way: wrong arity, type, option or number. Where Redis itself promises no order, chance or
the clock decides, the test compares what is left: the elements of a set without their order, of a random element that it is a member.

To repeat it, longer or with another seed, beside a server that was started with \`--kv-enable-debug-command\`:

\`\`\`sh
node packages/kv/dist/test/differential/run.js --target 127.0.0.1:6380 --seed 7 --commands 1000000
\`\`\``;

/** Rounded down to one digit, because the exact number says no more. */
function roughly(count: number): string {
  const unit = 10 ** Math.floor(Math.log10(count));
  return `${Math.floor(count / unit) * unit}+`;
}

function table(entries: readonly (readonly [string, string])[]): string {
  const height = Math.ceil(entries.length / COLUMNS);
  const row = (i: number) => {
    const cells = Array.from({ length: COLUMNS }, (_, column) => entries[column * height + i]);
    return `| ${cells.map((cell) => (cell === undefined ? ' | ' : `${code(cell[0])} | ${cell[1]}`)).join(' | ')} |`;
  };
  const head = `|${' command | times |'.repeat(COLUMNS)}\n|${'---|---:|'.repeat(COLUMNS)}`;
  return `${head}\n${Array.from({ length: height }, (_, i) => row(i)).join('\n')}`;
}

function code(name: string): string {
  return `\`${name.replace('|', ' ')}\``;
}
