/**
 * Gives random commands to a server and to redis-server, and compares all replies.
 *
 *   node packages/kv/dist/test/differential/run.js [OPTIONS]
 *     --target HOST:PORT   the server under test; without it, a second redis-server
 *     --oracle HOST:PORT   a Redis 7.0 that runs already; without it, redis-server is started
 *     --family NAMES       only these families, separated by commas; a second one, like hashes,keys, adds keys of the wrong type
 *     --commands N         how many commands (20000)
 *     --seed N             where the sequences begin (the time)
 *     --differences N      how many kinds of difference to find before it gives up (20)
 *     --resp2              no connection asks for RESP3
 *     --counts             also says how often each command was compared
 *
 * Both servers are emptied over and over. Exits with 1 if there was a difference, with 2 if it cannot begin.
 */
import { parseArgs } from 'node:util';
import { type Address, RespClient } from '../support/resp-client.js';
import { startRedis } from '../support/redis-server.js';
import { type Found, type Tally, SEQUENCE_STEPS, campaign } from './campaign.js';
import { FAMILIES, familiesNamed } from './families/index.js';
import { commandLines, pairLines } from './transcript.js';

const { values } = read(() => parseArgs({
  options: {
    target: { type: 'string' },
    oracle: { type: 'string' },
    family: { type: 'string', default: FAMILIES.map(({ name }) => name).join() },
    commands: { type: 'string', default: '20000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` },
    differences: { type: 'string', default: '20' },
    resp2: { type: 'boolean', default: false },
    counts: { type: 'boolean', default: false },
  },
}));

const [commands, seed, differences] = (['commands', 'seed', 'differences'] as const).map(wholeNumber);
const families = read(() => familiesNamed(values.family.split(',')));
const ours = await opponent(values.target);
const theirs = await opponent(values.oracle);
try {
  const tally = await campaign({ ours, theirs }, {
    seed: seed as number,
    commands: commands as number,
    families,
    maxDifferences: differences as number,
    patienceMs: 3000,
    isResp3: !values.resp2,
    onDifference: print,
  });
  summarize(tally);
} finally {
  await ours.stop();
  await theirs.stop();
}

async function opponent(address: string | undefined): Promise<Address & { stop: () => Promise<void> }> {
  if (address === undefined) return startRedis();
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(address) ?? fail(`"${address}" is no HOST:PORT`);
  const client = await RespClient.connect({ host, port: Number(port) }).catch((error: Error) => fail(`nobody answers at ${address}: ${error.message}`));
  client.close();
  return { host, port: Number(port), stop: async () => {} };
}

function wholeNumber(name: 'commands' | 'seed' | 'differences'): number {
  return /^\d+$/.test(values[name]) ? Number(values[name]) : fail(`--${name} must be a whole number, but is "${values[name]}"`);
}

function read<Value>(value: () => Value): Value {
  try {
    return value();
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(message: string): never {
  process.stderr.write(`differential test: ${message}\n`);
  process.exit(2);
}

function print({ seed, units, difference }: Found): void {
  const options = `--seed ${seed} --commands ${SEQUENCE_STEPS} --family ${values.family}${values.resp2 ? ' --resp2' : ''}`;
  const again = `node packages/kv/dist/test/differential/run.js ${options}`;
  process.stdout.write(`\n${difference.command} differs:\n${commandLines(units)}\n${pairLines(difference)}\n  again: ${again}\n`);
}

function summarize({ steps, differences, counts, muted }: Tally): void {
  const sorted = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  if (values.counts) for (const [command, count] of sorted) process.stdout.write(`${command.padEnd(24)} ${count}\n`);
  if (muted.size > 0) process.stdout.write(`\nleft out after they had differed too often: ${[...muted].join(', ')}\n`);
  process.stdout.write(`\nseed ${values.seed}: ${steps} commands, ${counts.size} different ones, ${differences.length} differences\n`);
  process.exitCode = differences.length === 0 ? 0 : 1;
}
