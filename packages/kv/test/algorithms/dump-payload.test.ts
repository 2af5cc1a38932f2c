/** What the payloads of DUMP are made of besides the types' own formats: LZF and CRC-64. And CRC-16, its neighbour. */
import fc from 'fast-check';
import t from 'tap';
import { crc16, keySlot } from '../../src/algorithms/crc16.js';
import { crc64Follows, writeCrc64 } from '../../src/algorithms/crc64.js';
import { lzfCompress, lzfDecompress } from '../../src/algorithms/lzf.js';
import { skipWithout } from '../support/required-tool.js';
import { startRedis } from '../support/throwaway-redis.js';

function crc64(text: string): string {
  const checksum = Buffer.alloc(8);
  writeCrc64(Buffer.from(`x${text}x`), 1, text.length + 1, checksum, 0);
  return checksum.readBigUInt64LE().toString(16);
}

t.test('CRC-64 of the digits is the value that identifies this variant', async (t) => {
  t.equal(crc64('123456789'), 'e9c6d914c4b8d9ca');
  t.equal(crc64(''), '0');
});

t.test('a checksum that follows is recognized, and a changed bit noticed', async (t) => {
  const bytes = Buffer.from('value........');
  writeCrc64(bytes, 0, 5, bytes, 5);
  t.ok(crc64Follows(bytes, 0, 5));
  t.notOk(crc64Follows(bytes, 0, 6), 'it is cut off');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    t.notOk(crc64Follows(bytes, 0, 5), `bit ${bit}`);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
});

function slot(key: string): number {
  return keySlot(Buffer.from(`{a}${key}}`), 3, key.length + 3);
}

t.test('CRC-16 of the digits is the value of XMODEM, and slots are those that the documentation of Redis names', async (t) => {
  t.equal(crc16(Buffer.from('x123456789x'), 1, 10), 0x31c3);
  t.equal(slot('somekey'), 11_058);
  t.equal(slot('foo{hash_tag}'), 2515);
  t.equal(slot(''), 0);
});

t.test('of a key with a tag only the tag counts, unless it is empty or open', async (t) => {
  t.equal(slot('{user1000}.following'), slot('user1000'));
  t.equal(slot('{user1000}.{other}'), slot('user1000'));
  t.equal(slot('foo{{bar}}zap'), slot('{bar'), 'the first closing brace ends it');
  for (const key of ['foo{}{bar}', 'foo{bar', 'foo}bar{']) t.equal(slot(key), crc16(Buffer.from(key), 0, key.length) & 0x3fff, key);
});

function compressed(bytes: Uint8Array, limit = bytes.length + 100): Buffer | undefined {
  const [source, target] = [Buffer.concat([Buffer.from('abc'), bytes]), Buffer.alloc(limit + 5)];
  const end = lzfCompress(source, 3, source.length, target, 5, limit + 5);
  return end < 0 ? undefined : target.subarray(5, end);
}

function expanded(bytes: Uint8Array, length: number): Buffer | undefined {
  const [source, target] = [Buffer.concat([Buffer.from('abc'), bytes]), Buffer.alloc(length + 5)];
  const end = lzfDecompress(source, 3, source.length, target, 5, length + 5);
  return end < 0 ? undefined : target.subarray(5, end);
}

/** Texts that repeat themselves at all distances, in all lengths, and some that do not. */
const texts = fc.oneof(
  fc.uint8Array({ max: 3, maxLength: 600 }),
  fc.uint8Array({ maxLength: 100 }),
  fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(9000), fc.nat(300)).map(([part, gap, length]) => {
    const random = Buffer.alloc(gap).map((_, i) => Math.imul(i + gap, 0x9e3779b1) >>> 23);
    return Buffer.concat([part, random, part, Buffer.alloc(length, 'x'), part]);
  }),
);

t.test('property: what LZF has compressed it expands to the same', async () => {
  fc.assert(
    fc.property(texts, (text) => {
      const packed = compressed(text) as Buffer;
      return expanded(packed, text.length)?.equals(text) === true && (text.length === 0 || expanded(packed, text.length - 1) === undefined);
    }),
    { numRuns: 500 },
  );
});

t.test('repetitions are found, and a result that does not fit is none', async (t) => {
  const text = Buffer.alloc(10_000, 'the quick brown fox ');
  const packed = compressed(text) as Buffer;
  t.ok(packed.length < 200, `${packed.length} bytes`);
  t.equal(compressed(text, packed.length)?.length, packed.length);
  for (let limit = 0; limit < packed.length; limit++) if (compressed(text, limit) !== undefined) t.fail(`it fits into ${limit} bytes`);
});

t.test('property: whatever bytes it is given, LZF writes nothing outside of its range', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const target = Buffer.alloc(120, 0xaa);
      const end = lzfDecompress(bytes, 0, bytes.length, target, 10, 110);
      return end >= -1 && end <= 110 && target.subarray(0, 10).equals(Buffer.alloc(10, 0xaa)) && target.subarray(110).equals(Buffer.alloc(10, 0xaa));
    }),
    { numRuns: 2000 },
  );
});

const STRING_TYPE = 0;
/** Marks an LZF string whose two lengths follow, here both in the form of 14 bits. */
const LZF = 0xc3;
const RDB_VERSION = 10;

function lengthOf14Bits(length: number): number[] {
  return [0x40 | (length >> 8), length & 255];
}

t.test('Redis restores what is compressed here, and its own payloads are expanded', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  for (const text of fc.sample(texts, { numRuns: 200, seed: 9 }).filter(({ length }) => length > 64 && length < 16_384)) {
    const packed = compressed(text) as Buffer;
    if (packed.length >= 16_384) continue;
    const body = Buffer.from([STRING_TYPE, LZF, ...lengthOf14Bits(packed.length), ...lengthOf14Bits(text.length), ...packed, RDB_VERSION, 0]);
    const payload = Buffer.concat([body, Buffer.alloc(8)]);
    writeCrc64(payload, 0, body.length, payload, body.length);
    t.equal(String(await redis.call('RESTORE', 'key', 0, payload, 'REPLACE')), 'OK');
    t.ok(((await redis.call('GET', 'key')) as Buffer).equals(text));
  }
  for (const length of [2000, 3001, 9000, 16_000]) {
    const text = Buffer.from(Array.from({ length }, (_, i) => `${i % 97}`).join('').slice(0, length));
    await redis.call('SET', 'key', text);
    const payload = (await redis.call('DUMP', 'key')) as Buffer;
    t.ok(crc64Follows(payload, 0, payload.length - 8));
    const start = payload.subarray(2).indexOf(Buffer.from(lengthOf14Bits(length))) + 4;
    t.equal(payload[1], LZF);
    t.ok(expanded(payload.subarray(start, -10), length)?.equals(text), `${length} bytes`);
  }
});
