import fc from 'fast-check';
import t from 'tap';
import { type Integer64, addIntegers, integerLength, parseInteger, parseInteger64, writeInteger, writeInteger64 } from '../../src/bytes/integer.js';
import { skipWithout } from '../support/required-tool.js';
import { startRedis } from '../support/throwaway-redis.js';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function parsed(text: string): number {
  return parseInteger(Buffer.from(`9${text}9`), 1, text.length + 1);
}

function parsed64(text: string): Integer64 {
  return parseInteger64(Buffer.from(`9${text}9`), 1, text.length + 1);
}

function written(value: Integer64): string {
  const target = Buffer.alloc(24, 'x');
  return target.toString('latin1', 2, writeInteger64(value, target, 2));
}

const NOT_INTEGERS = [
  '', '-', '+1', ' 1', '1 ', '01', '-0', '00', '-01', '1.0', '1e3', '0x1', '--1', '1-', 'a', '12345678901234567890', '9223372036854775808',
];
const MORE = ['-9223372036854775809', '99999999999999999999', '9223372036854780000', '123456789012345a', '123456789012345678:', '12345678901234/6'];

t.test('text that is no integer of 64 bits is refused', async (t) => {
  for (const text of [...NOT_INTEGERS, ...MORE]) {
    t.ok(Number.isNaN(parsed(text)), `"${text}"`);
    t.ok(Number.isNaN(parsed64(text)), `"${text}"`);
  }
});

t.test('an integer beyond what a number holds is infinite as a number, and exact as a bigint', async (t) => {
  for (const value of [SAFE + 1n, MAX, MAX - 1n, 10n ** 18n]) {
    t.equal(parsed(String(value)), Infinity);
    t.equal(parsed(String(-value)), -Infinity);
    t.equal(parsed64(String(-value)), -value);
  }
  t.equal(parsed(String(MIN)), -Infinity);
  t.equal(parsed64(String(MIN)), MIN);
  t.equal(parsed(String(SAFE)), Number.MAX_SAFE_INTEGER);
  t.equal(parsed64(String(-SAFE)), -Number.MAX_SAFE_INTEGER);
});

/** All lengths are as likely as each other, and so are the values next to the bounds. */
const integers = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 64 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(([bits, value]) => BigInt.asIntN(bits, value)),
  fc
    .tuple(fc.constantFrom(0n, SAFE, -SAFE, MAX, MIN, 10n ** 9n, -(10n ** 9n), 10n ** 15n, 2n ** 32n), fc.bigInt(-20n, 20n))
    .map(([bound, offset]) => (bound + offset < MIN || bound + offset > MAX ? bound : bound + offset)),
);

function narrow(value: bigint): Integer64 {
  return value >= -SAFE && value <= SAFE ? Number(value) : value;
}

t.test('property: every integer of 64 bits survives writing and parsing', async () => {
  fc.assert(
    fc.property(integers, (value) => {
      const integer = narrow(value);
      if (written(integer) !== String(value)) throw new Error(`written as ${written(integer)}`);
      if (parsed64(String(value)) !== integer) throw new Error(`parsed as ${parsed64(String(value))}`);
      if (typeof integer === 'number' && integerLength(integer) !== String(value).length) throw new Error(`its length is ${integerLength(integer)}`);
      if (Object.is(parsed(String(value)), -0)) throw new Error('zero has a sign');
    }),
    { numRuns: 5000 },
  );
});

t.test('property: a sum is exact, or refused beyond 64 bits', async () => {
  fc.assert(
    fc.property(integers, integers, (one, other) => {
      const sum = one + other;
      const ours = addIntegers(narrow(one), narrow(other));
      return sum < MIN || sum > MAX ? Number.isNaN(ours) : ours === narrow(sum);
    }),
    { numRuns: 5000 },
  );
});

t.test('property: text is an integer only if it is what the integer is written as', async () => {
  const text = fc.array(fc.constantFrom(...Array.from('-0019+ 8')), { maxLength: 22 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (text) => {
      const value = parsed64(text);
      return Number.isNaN(value) ? !/^(0|-?[1-9]\d{0,17})$/.test(text) : written(value) === text;
    }),
    { numRuns: 5000 },
  );
});

t.test('a number is written where it belongs and nowhere else', async (t) => {
  const target = Buffer.alloc(8, 'x');
  t.equal(writeInteger(-120, target, 2), 6);
  t.equal(String(target), 'xx-120xx');
});

t.test('INCRBY of Redis takes the same texts and overflows at the same sums', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const pairs = fc.sample(fc.tuple(integers, integers), { numRuns: 2000, seed: 4 });
  const refused = [...NOT_INTEGERS, ...MORE].map((text) => ['7', text] as const);
  const texts = [...pairs.map(([one, other]) => [String(one), String(other)] as const), ...refused];
  const replies = await redis.pipeline(texts.flatMap(([one, other]) => [['SET', 'n', one], ['INCRBY', 'n', other], ['GET', 'n']]));
  for (const [i, [one, other]] of texts.entries()) {
    const sum = addIntegersOf(one, other);
    const theirs = replies[i * 3 + 1] instanceof Error ? 'refused' : String(replies[i * 3 + 2]);
    if (theirs !== sum) t.equal(sum, theirs, `${one} + ${other}`);
  }
  t.equal(addIntegersOf('7', '+1'), 'refused');
});

function addIntegersOf(one: string, other: string): string {
  const [left, right] = [parsed64(one), parsed64(other)];
  if (Number.isNaN(left) || Number.isNaN(right)) return 'refused';
  const sum = addIntegers(left, right);
  return Number.isNaN(sum) ? 'refused' : written(sum);
}
