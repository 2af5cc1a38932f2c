/** Values go from this server to Redis and back: what the one dumps the other restores. */
import t, { type Test } from 'tap';
import { keyspace } from '../differential/keyspace.js';
import { startKv } from '../support/kv-server.js';
import { startRedis } from '../support/redis-server.js';
import { skipWithout } from '../support/required-tool.js';
import { type Address, RespClient } from '../support/resp-client.js';
import type { Aggregate, Leaf } from '../support/resp-decoder.js';

type Command = readonly string[];

const NUMBERS = ['0', '-1', '127', '128', '-128', '-129', '4095', '4096', '-4096', '-4097', '32767', '32768', '-32769', '8388607', '8388608', '-8388609'];
const LARGE_NUMBERS = ['2147483647', '2147483648', '-2147483649', '9007199254740993', '9223372036854775807', '-9223372036854775808', '9223372036854775808'];
const TEXTS = ['', '\0\r\n\xff', '007', '-0', '1.5', 'x'.repeat(63), 'x'.repeat(64), 'long '.repeat(30), 'y'.repeat(4095), 'y'.repeat(4096), noise(20_000)];
const VALUES = [...NUMBERS, ...LARGE_NUMBERS, ...TEXTS];
/** Within and beyond what stays compact, and what a count of 16 bits says. */
const SIZES = [1, 100, 128, 513, 3000];

/** Bytes that cannot be compressed, always the same. */
function noise(length: number): string {
  return Buffer.from(Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24)).toString('latin1');
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Keys of all types and sizes. */
const COMMANDS: readonly Command[] = [
  ...VALUES.map((value, i) => ['SET', `string ${i}`, value]),
  ['SET', 'a large string', noise(300_000)],
  ...VALUES.map((value, i) => ['HSET', `hash of one ${i}`, value, value]),
  ['HSET', 'hash', ...VALUES.flatMap((value) => [value, value])],
  ...SIZES.map((size) => ['HSET', `hash of ${size}`, ...upTo(size).flatMap((i) => [`field ${i}`, `${i}`])]),
  ['SADD', 'set', ...VALUES],
  ...[...NUMBERS, ...LARGE_NUMBERS].map((number) => ['SADD', `numbers up to ${number}`, '5', number]),
  ...SIZES.map((size) => ['SADD', `set of ${size}`, ...upTo(size).map(String)]),
  ...SIZES.map((size) => ['SADD', `texts of ${size}`, ...upTo(size).map((i) => `member ${i}`)]),
  ['ZADD', 'scores', ...['-inf', '-1e300', '-5', '-1.5', '0', '3.0000000000000004', '1e17', '9007199254740993', '1.7976931348623157e308', 'inf'].flatMap((s) => [s, s])],
  ['ZADD', 'sorted set', ...VALUES.flatMap((value, i) => [`${i}`, value])],
  ...SIZES.map((size) => ['ZADD', `sorted set of ${size}`, ...upTo(size).flatMap((i) => [`${i / 3}`, `member ${i}`])]),
];

async function connect(t: Test, address: Address): Promise<RespClient> {
  const client = await RespClient.connect(address);
  t.teardown(() => client.close());
  return client;
}

async function connectToRedis(t: Test): Promise<RespClient> {
  const server = await startRedis();
  t.teardown(() => server.stop());
  return connect(t, server);
}

async function fill(client: RespClient): Promise<void> {
  for (const reply of await client.pipeline(COMMANDS)) if (reply.type === 'error') throw new Error(reply.value);
}

/** Dumps all keys of one server and restores them in the other. */
async function move(t: Test, source: RespClient, target: RespClient): Promise<void> {
  const keys = (await source.call('KEYS', '*')) as Aggregate & { items: readonly Leaf[] };
  for (const { value: key } of keys.items) {
    const dumped = (await source.call('DUMP', key)) as Leaf;
    const restored = (await target.call('RESTORE', key, '0', dumped.value)) as Leaf;
    if (restored.value !== 'OK') t.fail(`${key}: ${restored.value}`);
  }
}

async function contents(client: RespClient): Promise<string[]> {
  const lines = await keyspace(client);
  await client.call('SELECT', '0');
  return lines;
}

/** What one server holds and another does not, the begin of each key and value. */
function missing(held: readonly string[], other: readonly string[]): string[] {
  const known = new Set(other);
  return held.filter((line) => !known.has(line)).map((line) => line.slice(0, 150));
}

t.test('what this server dumps Redis restores, and the reverse', skipWithout('redis-server'), async (t) => {
  const ours = await connect(t, await startKv(t));
  const redis = await connectToRedis(t);
  await fill(ours);
  const held = await contents(ours);
  await move(t, ours, redis);
  t.strictSame(missing(held, await contents(redis)), [], 'from here to Redis');
  await ours.call('FLUSHALL');
  await move(t, redis, ours);
  t.strictSame(missing(held, await contents(ours)), [], 'back again');
  await redis.call('FLUSHALL');
  await fill(redis);
  await ours.call('FLUSHALL');
  await move(t, redis, ours);
  t.strictSame(missing(held, await contents(ours)), [], 'from Redis to here');
});
