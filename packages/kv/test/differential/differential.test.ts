import { readFileSync } from 'node:fs';
import { type Test, test } from 'tap';
import { startKv } from '../support/kv-server.js';
import { startRedis } from '../support/redis-server.js';
import { skipWithout } from '../support/required-tool.js';
import { type Address, RespClient } from '../support/resp-client.js';
import { RespDecoder, plain } from '../support/resp-decoder.js';
import { type Found, campaign } from './campaign.js';
import { compatibilityPage, unexplained, withoutCounts } from './compatibility-page.js';
import { BRIEFLY_TESTED, TESTED } from './coverage.js';
import { FAMILIES, familiesNamed } from './families/index.js';
import type { Family } from './family.js';
import { REDIS_COMMANDS } from './redis-commands.js';
import { commandLines, pairLines } from './transcript.js';

const PAGE = new URL('../../../../../docs/reference/redis-compatibility.md', import.meta.url);
const NEEDS_REDIS = skipWithout('redis-server');
/** As `npm run test:long` sets it. */
const EXTENT = process.env['LONG_TESTS'] === 'true' ? TESTED : BRIEFLY_TESTED;

async function redis(t: Test, ...options: string[]): Promise<Address> {
  const server = await startRedis(...options);
  t.teardown(() => server.stop());
  return server;
}

function describe({ seed, units, difference }: Found): string {
  return `seed ${seed}: ${difference.command} differs:\n${commandLines(units)}\n${pairLines(difference)}`;
}

function run(ours: Address, theirs: Address, extent: { seed: number; commands: number; families: readonly Family[]; found?: (text: string) => void }) {
  const onDifference = (found: Found) => extent.found?.(describe(found));
  return campaign({ ours, theirs }, { ...extent, maxDifferences: 10, patienceMs: 5000, isResp3: true, onDifference });
}

test('every type of RESP is told apart, wherever the bytes are cut', (t) => {
  const leaves = '+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n*-1\r\n_\r\n#t\r\n,inf\r\n(123456789012345678901\r\n=7\r\ntxt:a\r\n\r\n';
  const bytes = Buffer.from(`${leaves}%1\r\n$1\r\na\r\n~1\r\n:1\r\n>2\r\n$0\r\n\r\n*0\r\n!3\r\nE x\r\n|1\r\n+a\r\n+b\r\n`, 'latin1');
  const types = [
    'simple', 'error', 'integer', 'nullBulk', 'nullArray', 'null', 'boolean', 'double', 'big', 'verbatim', 'map', 'push', 'bulkError', 'attribute',
  ];
  for (let size = 1; size <= bytes.length; size++) {
    const decoder = new RespDecoder();
    const replies = [];
    for (let at = 0; at < bytes.length; at += size) replies.push(...decoder.push(bytes.subarray(at, at + size)));
    t.strictSame(replies.map(({ type }) => type), types, `in pieces of ${size}`);
    t.strictSame(replies.map(plain), [
      'OK', '-ERR no', -7, null, null, null, true, Infinity, '123456789012345678901', 'txt:a\r\n', ['a', [1]], ['', []], '-E x', ['a', 'b'],
    ]);
  }
  t.end();
});

test('two redis-servers show no difference: neither the sequences nor the comparison depend on luck', NEEDS_REDIS, async (t) => {
  const tally = await run(await redis(t), await redis(t), { seed: 1_000_000, commands: 20_000, families: FAMILIES, found: (text) => t.fail(text) });
  t.ok(tally.steps >= 20_000);
});

test('a difference is found, shrunk to the command that shows it, and does not hide what lies behind', NEEDS_REDIS, async (t) => {
  const changed = await redis(t, '--rename-command', 'STRLEN', '', '--rename-command', 'LCS', '');
  const tally = await run(changed, await redis(t), { seed: 1, commands: 20_000, families: familiesNamed(['strings']) });
  const found = new Map(tally.differences.map(({ units, difference }) => [difference.command, units.flat().length]));
  t.strictSame([found.get('LCS'), found.get('STRLEN')], [1, 1]);
});

test(`this server and redis-server answer ${EXTENT.commands} random commands alike`, NEEDS_REDIS, async (t) => {
  const tally = await run(await startKv(t), await redis(t), { ...EXTENT, families: FAMILIES, found: (text) => t.fail(text) });
  t.ok(tally.steps >= EXTENT.commands, `${tally.steps} commands from seed ${EXTENT.seed}`);
});

test('the commands that the page knows are those of redis-server', NEEDS_REDIS, async (t) => {
  const client = await RespClient.connect(await redis(t));
  t.teardown(() => client.close());
  const listed = (plain(await client.call('COMMAND', 'LIST')) as string[]).map((name) => name.toUpperCase());
  t.strictSame(listed.sort(), [...REDIS_COMMANDS].sort());
});

test('each command of Redis is compared, or the page says why it is not', (t) => {
  t.strictSame(unexplained(), []);
  t.end();
});

test('the page on compatibility lists what is compared and what is known to differ: npm run compatibility-page', (t) => {
  t.equal(withoutCounts(readFileSync(PAGE, 'utf8')), withoutCounts(compatibilityPage()));
  t.end();
});
