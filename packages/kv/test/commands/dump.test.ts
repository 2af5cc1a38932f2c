/** Values go from this server to Redis and back: what the one dumps the other restores. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { writeCrc64 } from '../../src/algorithms/crc64.js';
import { collectionType, readCollection, writeCollection } from '../../src/rdb/collection-payload.js';
import { CorruptPayloadError } from '../../src/rdb/corrupt-payload-error.js';
import { RdbReader } from '../../src/rdb/rdb-reader.js';
import { RdbWriter } from '../../src/rdb/rdb-writer.js';
import type { Collection } from '../../src/values/value-context.js';
import { keyspace } from '../differential/keyspace.js';
import { Console } from '../support/console.js';
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
  ...VALUES.map((value, i) => ['RPUSH', `list of one ${i}`, value]),
  ['RPUSH', 'list', ...VALUES, ...VALUES],
  ...SIZES.map((size) => ['RPUSH', `list of ${size}`, ...upTo(size).map((i) => `element ${i}`)]),
  ['ZADD', 'scores', ...['-inf', '-1e300', '-5', '-1.5', '0', '3.0000000000000004', '1e17', '9007199254740993', '1.7976931348623157e308', 'inf'].flatMap((s) => [s, s])],
  ['ZADD', 'sorted set', ...VALUES.flatMap((value, i) => [`${i}`, value])],
  ...SIZES.map((size) => ['ZADD', `sorted set of ${size}`, ...upTo(size).flatMap((i) => [`${i / 3}`, `member ${i}`])]),
];

/** Nodes of entries with the same fields and with others, deleted ones, an empty stream, groups, and what is pending in them. */
const STREAM_COMMANDS: readonly Command[] = [
  ...upTo(250).map((i) => ['XADD', 'stream', `${1000 + (i >> 1)}-${i}`, ...(i % 7 === 0 ? ['other', `${i}`] : ['name', `value ${i}`, '12', '-3'])]),
  ...VALUES.map((value, i) => ['XADD', 'stream of values', `9007199254740993-${i}`, value, value]),
  ['XADD', 'stream of values', '18446744073709551615-18446744073709551615', 'the', 'last'],
  ['XDEL', 'stream', '1000-0', '1003-6', '1124-249'],
  ['XGROUP', 'CREATE', 'empty stream', 'group', '$', 'MKSTREAM'],
  ['XGROUP', 'CREATE', 'stream', 'group', '0'],
  ['XGROUP', 'CREATE', 'stream', 'idle', '1050-101', 'ENTRIESREAD', '70'],
  ['XREADGROUP', 'GROUP', 'group', 'alice', 'COUNT', '30', 'STREAMS', 'stream', '>'],
  ['XREADGROUP', 'GROUP', 'group', 'bob', 'COUNT', '100', 'STREAMS', 'stream', '>'],
  ['XCLAIM', 'stream', 'group', 'bob', '0', '1001-2', 'RETRYCOUNT', '7'],
  ['XACK', 'stream', 'group', '1002-4'],
  ['XGROUP', 'CREATECONSUMER', 'stream', 'group', 'carol'],
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
  for (const reply of await client.pipeline([...COMMANDS, ...STREAM_COMMANDS])) if (reply.type === 'error') throw new Error(reply.value);
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

/** What DUMP puts around a value: here for values that no Redis of today writes. */
function payload(value: Buffer): string {
  const bytes = Buffer.concat([value, Buffer.from([10, 0]), Buffer.alloc(8)]);
  writeCrc64(bytes, 0, value.length + 2, bytes, value.length + 2);
  return bytes.toString('latin1');
}

function bytes(...parts: readonly (number | string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.isBuffer(part) ? part : Buffer.from(part, 'latin1'))));
}

/** A string with its length in 14 bits. */
function string(text: Buffer): Buffer {
  return bytes(0x40 | (text.length >> 8), text.length & 0xff, text);
}

/** Elements as bytes of their own, each with a length of the one before. */
function ziplist(...elements: readonly Buffer[]): Buffer {
  let previous = 0;
  let last = 10;
  let end = 10;
  const entries = elements.map((element) => {
    const entry = bytes(...(previous < 254 ? [previous] : [254, previous & 0xff, previous >> 8, 0, 0]), element);
    last = end;
    end += entry.length;
    previous = entry.length;
    return entry;
  });
  const header = Buffer.alloc(10);
  header.writeUInt32LE(end + 1, 0);
  header.writeUInt32LE(last, 4);
  header.writeUInt16LE(elements.length, 8);
  return bytes(header, ...entries, 0xff);
}

const ELEMENTS = [
  bytes(3, 'abc'), bytes(0x41, 44, 'x'.repeat(300)), bytes(0x80, 0, 0, 0, 2, 'yz'), bytes(0xf1), bytes(0xfd), bytes(0xfe, -7 & 0xff), bytes(0xc0, 0x34, 0x12),
  bytes(0xf0, 1, 2, 0x83), bytes(0xd0, 1, 2, 3, 4), bytes(0xe0, 1, 2, 3, 4, 5, 6, 7, 8),
];
/** Of one entry with field f and value v: a listpack of ten elements. */
const STREAM_NODE = bytes(29, 0, 0, 0, 10, 0, 1, 1, 0, 1, 1, 1, 0x81, 'f', 2, 0, 1, 2, 1, 0, 1, 0, 1, 0x81, 'v', 2, 4, 1, 0xff);
const OLD_PAYLOADS: Readonly<Record<string, Buffer>> = {
  'list': bytes(1, 2, string(bytes('one')), 0xc0, 5),
  'ziplist of a list': bytes(10, string(ziplist(...ELEMENTS))),
  'quicklist of ziplists': bytes(14, 2, string(ziplist(...ELEMENTS)), string(ziplist(bytes(1, 'a')))),
  'ziplist of a hash': bytes(13, string(ziplist(...ELEMENTS.slice(2)))),
  'zipmap': bytes(9, string(bytes(2, 3, 'one', 1, 0, '1', 3, 'two', 1, 2, '2--', 0xff))),
  'ziplist of a sorted set': bytes(12, string(ziplist(bytes(1, 'a'), bytes(4, '-2.5'), bytes(1, 'b'), bytes(0xf2), bytes(1, 'c'), bytes(3, 'inf')))),
  'sorted set with decimal scores': bytes(3, 4, 1, 'a', 3, '1.5', 1, 'b', 254, 1, 'c', 255, 1, 'd', 1, '0'),
  'plain node of a list': bytes(18, 1, 1, 3, 'one'),
  'set of 32-bit integers': bytes(2, 2, 0xc2, 1, 2, 3, 4, 0xc1, 0xff, 0xff),
  'length in 32 bits': bytes(0, 0x80, 0, 0, 0, 3, 'one'),
  'length in 64 bits': bytes(0, 0x81, 0, 0, 0, 0, 0, 0, 0, 3, 'one'),
  'stream without counts': bytes(15, 1, string(bytes('\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x06')), string(STREAM_NODE), 1, 5, 6, 1, 1, 'g', 5, 6, 0, 0),
};

t.test('libraries of functions go to Redis and back', skipWithout('redis-server'), async (t) => {
  const ours = await connect(t, await startKv(t));
  const redis = await connectToRedis(t);
  const dumped = async (client: RespClient) => ((await client.call('FUNCTION', 'DUMP')) as Leaf).value;
  // One that is too short to be compressed, and one that is not.
  for (const [name, comment] of [['short', ''], ['long', `--${'x'.repeat(500)}`]] as const) {
    await ours.call('FUNCTION', 'LOAD', `#!lua name=${name}\n${comment}\nredis.register_function('${name}', function(keys, args) return args[1] end)`);
  }
  for (const [source, target] of [[ours, redis], [redis, ours]] as const) {
    const dump = await dumped(source);
    await target.call('FUNCTION', 'FLUSH');
    t.match(await target.call('FUNCTION', 'RESTORE', dump), { value: 'OK' });
    for (const name of ['short', 'long']) t.match(await target.call('FCALL', name, '0', 'value'), { value: 'value' });
  }
});

t.test('what older versions of Redis have dumped is restored as Redis restores it', skipWithout('redis-server'), async (t) => {
  const ours = await connect(t, await startKv(t));
  const redis = await connectToRedis(t);
  for (const [name, value] of Object.entries(OLD_PAYLOADS)) {
    for (const client of [ours, redis]) t.match(await client.call('RESTORE', name, '0', payload(value)), { value: 'OK' }, name);
  }
  t.strictSame(missing(await contents(ours), await contents(redis)), []);
});

/** What is dumped of collections, without what DUMP puts around it. */
function dumps(console: Console): Buffer[] {
  for (const command of [...COMMANDS, ...STREAM_COMMANDS]) console.send(...command);
  const names = ['hash', 'hash of 513', 'set', 'texts of 100', 'numbers up to 128', 'sorted set', 'scores', 'list', 'stream', 'stream of values'];
  return names.map((name) => {
    const writer = new RdbWriter();
    const collection = console.collection(name) as Collection;
    writer.byte(collectionType(collection));
    writeCollection(writer, collection);
    return writer.bytes;
  });
}

t.test('property: a value that is wrong inside is an error, or another value, and leaves no memory behind', async (t) => {
  const console = new Console();
  const values = [...dumps(console), ...Object.values(OLD_PAYLOADS)];
  const { keyspace } = console.server;
  const before = keyspace.memory.usedBytes;
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.nat(values.length - 1), changes, fc.nat(), (index, changed, cut) => {
      const value = Buffer.from(values[index] as Buffer);
      for (const [at, byte] of changed) value[at % value.length] = byte;
      try {
        const reader = new RdbReader(cut % 4 === 0 ? value.subarray(0, cut % value.length) : value);
        const collection = readCollection(reader.byte(), reader, keyspace);
        writeCollection(new RdbWriter(), collection);
        collection.dispose(Number.POSITIVE_INFINITY);
      } catch (error) {
        if (!(error instanceof CorruptPayloadError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
  t.equal(keyspace.memory.usedBytes, before);
});

t.test('a consumer whose time is beyond all others is dumped again', async (t) => {
  const console = new Console();
  const group = bytes(1, 1, 'g', 0, 0, 0, 0, 1, 1, 'c', Buffer.alloc(7, 0xff), 0x7f, 0);
  t.equal(console.send('RESTORE', 'stream', '0', payload(bytes(19, 0, 0, 0, 0, 0, 0, 0, 0, 0, group))), '+OK');
  t.match(console.run('DUMP stream'), /^\$/);
});

t.test('the error of a payload that is cut off, changed, of a later version or of no type', async (t) => {
  const ours = await connect(t, await startKv(t));
  const errorOf = async (text: string) => ((await ours.call('RESTORE', 'key', '0', text)) as Leaf).value;
  const good = payload(bytes(0, 3, 'one'));
  const wrong = 'ERR DUMP payload version or checksum are wrong';
  t.equal(await errorOf(''), wrong);
  t.equal(await errorOf(good.slice(0, -1)), wrong);
  t.equal(await errorOf(`\x01${good.slice(1)}`), wrong);
  t.equal(await errorOf(good.replace('\x0a\0', '\x0b\0')), wrong);
  for (const type of [6, 7, 8, 20, 246, 255]) t.equal(await errorOf(payload(bytes(type, 3, 'one'))), 'ERR Bad data format', `type ${type}`);
  t.equal(await errorOf(payload(bytes(4, 0))), 'ERR Bad data format', 'an empty hash');
  t.equal(await errorOf(payload(bytes(4, 2, 1, 'a', 1, '1', 1, 'a', 1, '2'))), 'ERR Bad data format', 'a field twice');
  t.equal(await errorOf(payload(bytes(0, 0xc3, 4, 0x80, 0x7f, 0xff, 0xff, 0xff, 'aaaa'))), 'ERR Bad data format', 'more than LZF can hold');
  t.equal(await errorOf(good), 'OK');
  t.equal(await errorOf(good), 'BUSYKEY Target key name already exists.');
});
