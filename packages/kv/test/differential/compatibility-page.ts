/** docs/reference/redis-compatibility.md, as scripts/compatibility-page.mjs writes it. */
import { coverage } from './coverage.js';
import { KNOWN_DIFFERENCES, UNCOMPARED } from './known-differences.js';

const COLUMNS = 4;

export function compatibilityPage(): string {
  const counts = coverage();
  const names = [...counts.keys()];
  const containers = new Set(names.filter((name) => name.includes('|')).map((name) => name.split('|')[0] as string));
  // A container is its subcommands.
  const commands = names.filter((name) => !containers.has(name));
  const compared = commands.filter((name) => counts.get(name) !== 0);
  const others = commands.filter((name) => counts.get(name) === 0);
  const because = ({ why }: { why: string }) => entry(why, others.filter((name) => reasonOf(name)?.why === why));
  const reasonOf = (name: string) => UNCOMPARED.find(({ matches }) => matches.test(name));
  return [
    INTRODUCTION,
    `## Compared\n\n${table(compared.map((name) => [name, roughly(counts.get(name) as number)]))}`,
    `## Known differences\n\n${KNOWN_DIFFERENCES.map(({ what, why }) => `- **${what}.** ${why}`).join('\n')}`,
    `## Supported, but compared in no random sequence\n\n${UNCOMPARED.map(because).join('\n')}`,
    `## Not supported\n\n${others.filter((name) => reasonOf(name) === undefined).map(code).join(', ')}`,
  ].join('\n\n') + '\n';
}

/** The page without what changes whenever the generator does. */
export function withoutCounts(page: string): string {
  return page.replaceAll(/\d+\+/g, '');
}

const INTRODUCTION = `# Compatibility with Redis 7.0

Written by \`npm run compatibility-page\`; a test compares it with what the generator draws.

A differential test gives the same random sequences of commands to this server and to \`redis-server\` 7.0, over RESP2 and RESP3, from a seed that is
printed. It compares each reply to the byte, types and error texts included, and after each sequence all keys: type, encoding, value, and whether they expire.
About a fifth of the commands are wrong in some way: wrong arity, type, option or number. Where Redis itself promises no order, chance or
the clock decides, the test compares what is left: the elements of a set without their order, of a random element that it is a member.

To repeat it, longer or with another seed:

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

function entry(why: string, names: readonly string[]): string {
  return `- ${names.map(code).join(', ')}: ${why}`;
}

function code(name: string): string {
  return `\`${name.replace('|', ' ')}\``;
}
