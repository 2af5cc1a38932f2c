import fc from 'fast-check';
import t from 'tap';
import { type BitField, fieldValue, incrementedFieldValue, readField, writeField } from '../../src/bytes/bit-field.js';
import { combineBits, countBits, findBit, invertBits } from '../../src/bytes/bits.js';
import { skipWithout } from '../support/required-tool.js';
import { type Command, startRedis } from '../support/throwaway-redis.js';

const even = fc.array(fc.constantFrom(0, 255, 255, 1), { maxLength: 400 }).map((bytes) => Uint8Array.from(bytes));
const long = fc.tuple(fc.constantFrom(0, 255), fc.nat(300), fc.uint8Array({ maxLength: 9 })).map(([byte, length, end]) => Buffer.concat([Buffer.alloc(length, byte), end]));
const texts = fc.oneof(fc.uint8Array({ maxLength: 40 }), even, long);

function bitsOf(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1));
}

t.test('property: bits are counted and found as in a list of them', async () => {
  fc.assert(
    fc.property(texts, fc.nat(3), fc.nat(), fc.nat(), (text, offset, one, other) => {
      const bytes = Buffer.concat([Buffer.alloc(offset), text]).subarray(offset);
      const [from, to] = [one % (text.length * 8 + 1), other % (text.length * 8 + 1)];
      const bits = bitsOf(bytes).slice(from, to);
      if (countBits(bytes, from, to) !== bits.filter(Boolean).length) throw new Error(`counted ${countBits(bytes, from, to)}`);
      for (const bit of [0, 1]) {
        const found = bits.indexOf(bit);
        if (findBit(bytes, bit, from, to) !== (found < 0 ? -1 : from + found)) throw new Error(`${bit} found at ${findBit(bytes, bit, from, to)}`);
      }
    }),
    { numRuns: 3000 },
  );
});

t.test('BITCOUNT, BITPOS and BITOP of Redis agree', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const cases = fc.sample(fc.tuple(texts, texts, texts, fc.nat(), fc.nat()), { numRuns: 500, seed: 14 });
  const commands = cases.flatMap(([a, b, c, one, other]): Command[] => {
    const [from, to] = [one % (a.length * 8 + 1), other % (a.length * 8 + 1)];
    const find = [1, 0].map((bit) => ['BITPOS', 'a', bit, from, to, 'BIT']);
    const combine = ['AND', 'OR', 'XOR'].flatMap((operation): Command[] => [['BITOP', operation, 'to', 'a', 'b', 'c'], ['GET', 'to']]);
    const invert: Command[] = [['BITOP', 'NOT', 'to', 'a'], ['GET', 'to']];
    return [['DEL', 'a'], ['MSET', 'a', a, 'b', b, 'c', c], ['BITCOUNT', 'a', from, to, 'BIT'], ...find, ...combine, ...invert];
  });
  const replies = await redis.pipeline(commands);
  for (const [i, [a, b, c, one, other]] of cases.entries()) {
    // The last position is included there, and counts as the last bit if it is behind it.
    const [from, to] = [one % (a.length * 8 + 1), Math.min((other % (a.length * 8 + 1)) + 1, a.length * 8)];
    const combined = (['and', 'or', 'xor'] as const).map((operation) => Buffer.from(combineBits(operation, [a, b, c])).toString('hex'));
    const ours = [countBits(a, from, to), findBit(a, 1, from, to), findBit(a, 0, from, to), ...combined, Buffer.from(invertBits(a)).toString('hex')];
    const [, , count, one1, zero, , and, , or, , xor, , not] = replies.slice(i * 13, i * 13 + 13);
    const theirs = [count, one1, zero, ...[and, or, xor, not].map((reply) => ((reply as Buffer | null) ?? Buffer.alloc(0)).toString('hex'))];
    if (ours.join() !== theirs.join()) t.same(ours, theirs, `case ${i}: ${from} to ${to} of ${Buffer.from(a).toString('hex')}`);
  }
  t.equal(replies.filter((reply) => reply instanceof Error).length, 0);
});

const STRING_BYTES = 40;
const fields: fc.Arbitrary<BitField> = fc.boolean().chain((isSigned) =>
  fc.record({
    isSigned: fc.constant(isSigned),
    bits: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: isSigned ? 64 : 63 }), fc.constantFrom(31, 32, 33, 52, 53, 54, 63)),
    position: fc.integer({ min: 0, max: (STRING_BYTES - 8) * 8 }),
  }),
);
const values = fc.oneof(
  fc.integer({ min: -5, max: 300 }),
  fc.maxSafeInteger(),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n)),
);

t.test('property: a field that is written is read, and its neighbours stay', async () => {
  fc.assert(
    fc.property(fields, values, fc.uint8Array({ minLength: STRING_BYTES, maxLength: STRING_BYTES }), (field, value, bytes) => {
      const stored = fieldValue(field, value, 'wrap') as number | bigint;
      const before = bitsOf(bytes);
      writeField(bytes, 0, field, stored);
      if (readField(bytes, 0, STRING_BYTES, field) !== stored) throw new Error(`it is ${readField(bytes, 0, STRING_BYTES, field)}`);
      const { position, bits } = field;
      return bitsOf(bytes).every((bit, i) => bit === before[i] || (i >= position && i < position + bits));
    }),
    { numRuns: 3000 },
  );
});

t.test('BITFIELD of Redis reads, sets and increments alike, whatever overflows', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const operation = fc.constantFrom('GET', 'SET', 'INCRBY', 'INCRBY');
  const overflow = fc.constantFrom('wrap' as const, 'sat' as const, 'fail' as const);
  const steps = fc.sample(fc.tuple(operation, fields, values, overflow), { numRuns: 6000, seed: 15 });
  const commands = steps.map(([operation, { isSigned, bits, position }, value, overflow]) => {
    const place = [`${isSigned ? 'i' : 'u'}${bits}`, position];
    return ['BITFIELD', 'key', 'OVERFLOW', overflow, operation, ...place, ...(operation === 'GET' ? [] : [String(value)])];
  });
  const replies = (await redis.pipeline(commands)) as (Error | (number | null)[])[];
  const string = new Uint8Array(STRING_BYTES);
  for (const [i, [operation, field, value, overflow]] of steps.entries()) {
    const old = readField(string, 0, STRING_BYTES, field);
    const stored = operation === 'SET' ? fieldValue(field, value, overflow) : incrementedFieldValue(field, old, value, overflow);
    if (operation !== 'GET' && stored !== undefined) writeField(string, 0, field, stored);
    const ours = operation === 'INCRBY' ? stored : operation === 'SET' && stored === undefined ? undefined : old;
    // The client of this test reads integers as numbers.
    const expected = ours === undefined ? null : Number(ours);
    const theirs = (replies[i] as (number | null)[])[0];
    if (expected !== theirs) t.equal(expected, theirs, `step ${i}: ${String(commands[i])} on ${String(old)}`);
  }
  const theirs = (await redis.call('GET', 'key')) as Buffer;
  t.same(Buffer.from(string.subarray(0, theirs.length)), theirs);
});
