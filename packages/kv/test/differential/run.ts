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
 * Both servers are emptied over and over. Exits with 1 if there was a difference.
 */
import { parseArgs } from 'node:util';
import type { Address } from '../support/resp-client.js';
import { startRedis } from '../support/redis-server.js';
import { type Found, type Tally, SEQUENCE_STEPS, campaign } from './campaign.js';
import { FAMILIES, familiesNamed } from './families/index.js';
import { commandLines, pairLines } from './transcript.js';

const { values } = parseArgs({
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
});

const ours = await opponent(values.target);
const theirs = await opponent(values.oracle);
try {
  const tally = await campaign({ ours, theirs }, {
    seed: Number(values.seed),
    commands: Number(values.commands),
    families: familiesNamed(values.family.split(',')),
    maxDifferences: Number(values.differences),
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
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)), stop: async () => {} };
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
