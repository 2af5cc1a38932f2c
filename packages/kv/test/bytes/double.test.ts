import fc from 'fast-check';
import t from 'tap';
import { formatDouble, formatFixed, parseDouble, parseDoubleAsC, writeDouble } from '../../src/bytes/double.js';
import { type LongDouble, addLongDoubles, formatLongDouble, isInfinite, longDoubleOf, parseLongDouble } from '../../src/bytes/long-double.js';
import { skipWithout } from '../support/required-tool.js';
import { startRedis } from '../support/throwaway-redis.js';

function parsed(text: string): number {
  return parseDouble(Buffer.from(`9${text}9`), 1, text.length + 1);
}

function parsedLong(text: string): LongDouble | undefined {
  return parseLongDouble(Buffer.from(`9${text}9`), 1, text.length + 1);
}

function written(value: number): string {
  const target = Buffer.alloc(32, 'x');
  return target.toString('latin1', 2, writeDouble(value, target, 2));
}

/** Texts that strtod refuses, as a whole or in its range. */
const REFUSED = [
  '', ' ', ' 1', '1 ', '1\0', '+', '-', '.', '+-1', '--1', '1e', '1e+', 'e5', '1.2.3', '1,5', 'nan', '-NaN', 'nan(1)', 'infinit', '0x',
  '0xg',
];
const OUT_OF_RANGE = ['1e400', '-1e400', '1e-400', '2e-324', '0x1p1024', '0x1p-1076', '1e99999999999999999999', '0x1p-99999999999999999999'];
const TAKEN = [
  '0', '-0', '+0', '00', '1', '+1', '-1', '5.', '.5', '-.5e1', '1e5', '1E+5', '1e-05', '0x10', '0X1P3', '0x.8p1', '-0x1.8p-1', '0x1p-1074',
  '0x1p-1075',
];
const SPECIAL = [
  'inf', '+inf', '-INF', 'Infinity', '-infinity', '0e-400', '0e99999999999', '4e-324', '1.7976931348623157e308', '0x1.fffffffffffff8p1023',
  '1e23',
];
/** 18 digits that end in 5, where printf and JavaScript round differently, and neighbours of the bounds between notations. */
const EDGES = [
  '2.98023223876953125e-08', '1125899906842624.25', '1125899906842624.75', '1e17', '1e16', '99999999999999999', '9007199254740993',
  '0.0001', '0.00001', '72057594037927936',
];
const LONG = [
  '123456789012345678901234567890', '0.1000000000000000055511151231257827021181583404541015625', '0.30000000000000004', '3.14159265358979',
  '9'.repeat(400),
];

t.test('what is no double is refused', async (t) => {
  for (const text of [...REFUSED, ...OUT_OF_RANGE]) t.ok(Number.isNaN(parsed(text)), `"${text}"`);
});

t.test('doubles are read in all notations and written in one', async (t) => {
  for (const [text, expected] of [
    ['5.', '5'],
    ['.5', '0.5'],
    ['-0', '-0'],
    ['0x1.8p1', '3'],
    ['0.1', '0.10000000000000001'],
    ['1e-5', '1.0000000000000001e-05'],
    ['1e17', '1e+17'],
    ['1e16', '10000000000000000'],
    ['1.5e300', '1.5000000000000001e+300'],
    ['+Infinity', 'inf'],
    ['-inf', '-inf'],
    ['2.98023223876953125e-08', '2.9802322387695312e-08'],
  ] as const) {
    t.equal(formatDouble(parsed(text)), expected);
    t.equal(written(parsed(text)), expected);
  }
});

/** Any bits, and decimals with few digits, as people write them. */
const doubles = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.tuple(fc.integer(), fc.integer({ min: 0, max: 12 })).map(([digits, places]) => digits / 10 ** places),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -60, max: 30 })).map(([significand, exponent]) => significand * 2 ** exponent),
);
const notations = fc.tuple(doubles, fc.integer({ min: 0, max: 25 }), fc.nat(4)).map(([value, digits, kind]) => {
  if (!Number.isFinite(value) || kind === 0) return String(value);
  if (kind === 1) return value.toExponential(digits);
  if (kind === 2) return value.toFixed(digits);
  if (kind === 3) return value.toPrecision(digits + 1);
  const whole = BigInt(Math.trunc(Math.abs(value) % 2 ** 60));
  return `${value < 0 ? '-' : ''}0x${whole.toString(16)}.${digits.toString(16)}p${digits - 12}`;
});
const soup = fc.array(fc.constantFrom(...Array.from('0123456789+-..eExXpPaAfFiInN \0')), { maxLength: 8 }).map((parts) => parts.join(''));

t.test('a bound is read as a C string, which may be empty, begin with blanks, end with a NUL and be out of range', async (t) => {
  const read = (text: string) => parseDoubleAsC(Buffer.from(`<${text}>`, 'latin1'), 1, text.length + 1);
  const texts = ['', '\0', ' \t\n1.5', '2\0x', '1e999', '-1e999', '1e-999', '-inf', '0x10', '0x1p-5000', '-0'];
  t.strictSame(texts.map(read), [0, 0, 1.5, 2, Infinity, -Infinity, 0, -Infinity, 16, 0, -0]);
  for (const text of ['1 ', ' ', 'x', '1x', 'nan', '--1', '\x851']) t.ok(Number.isNaN(read(text)), text);
});

t.test('so many digits after the point are those of C', async (t) => {
  t.equal(formatFixed(181.0078125, 6), '181.007812');
  t.equal(formatFixed(-0.0234375, 6), '-0.023438');
  t.equal(formatFixed(-0, 2), '-0.00');
  t.equal(formatFixed(0.1, 4), '0.1000');
  t.equal(formatFixed(-1e22, 1), '-10000000000000000000000.0');
});

t.test('property: what is written is read as the same double', async () => {
  fc.assert(fc.property(doubles, (value) => Object.is(parsed(formatDouble(value)), value)), { numRuns: 5000 });
});

t.test('scores are read and written as Redis does', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const random = [...fc.sample(notations, { numRuns: 20_000, seed: 5 }), ...fc.sample(soup, { numRuns: 3000, seed: 6 })];
  const texts = [...REFUSED, ...OUT_OF_RANGE, ...TAKEN, ...SPECIAL, ...EDGES, ...LONG, ...random];
  // A small set loses the sign of -0, as it keeps whole scores as integers.
  await redis.call('CONFIG', 'SET', 'zset-max-listpack-entries', 0);
  const replies = await redis.pipeline(texts.flatMap((text) => [['DEL', 'z'], ['ZADD', 'z', text, 'm'], ['ZSCORE', 'z', 'm']]));
  for (const [i, text] of texts.entries()) {
    const theirs = replies[i * 3 + 1] instanceof Error ? 'refused' : String(replies[i * 3 + 2]);
    const value = parsed(text);
    const ours = Number.isNaN(value) ? 'refused' : formatDouble(value);
    if (ours !== theirs) t.equal(ours, theirs, `"${text}"`);
  }
  t.equal(formatDouble(parsed('1')), '1');
});

t.test('a long double keeps what a double loses', async (t) => {
  const sum = addLongDoubles(parsedLong('0.1') as LongDouble, parsedLong('0.2') as LongDouble) as LongDouble;
  t.equal(formatLongDouble(sum), '0.3');
  t.equal(formatLongDouble(parsedLong('-1e-18') as LongDouble), '0', 'what is too small to be seen has no sign either');
  t.ok(isInfinite(parsedLong('-inf') as LongDouble));
  t.equal(addLongDoubles(parsedLong('inf') as LongDouble, parsedLong('1') as LongDouble), undefined);
  t.equal(addLongDoubles(parsedLong('1e4932') as LongDouble, parsedLong('1e4932') as LongDouble), undefined, 'the sum would be infinite');
  const outOfRange = ['1e5000', '1e-5000', '0x1p16384', '0x1p-16447', '1e99999999999999999999'];
  for (const text of [...REFUSED, ...outOfRange]) t.equal(parsedLong(text), undefined, `"${text}"`);
  t.equal(parsedLong('0'.repeat(5120)), undefined, 'a text of 5 kB is too long');
});

t.test('property: a double becomes the long double of the same value', async () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const { significand, exponent } = longDoubleOf(value);
      return Number(significand) * 2 ** (exponent >> 1) * 2 ** (exponent - (exponent >> 1)) === value;
    }),
    { numRuns: 5000 },
  );
});

t.test('INCRBYFLOAT adds as Redis does, over many random increments', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const pairs = fc.sample(fc.tuple(notations, notations), { numRuns: 15_000, seed: 7 });
  const edges = ['1e4932', '-1e4932', '1e4900', '3e-4951', '1e-4940', '0x1p16383', '0x1p-16445', '9223372036854775807', '18446744073709551617'];
  const others = ['1', 'inf', '-inf', ...edges];
  const special = [...edges, ...REFUSED, ...TAKEN, ...SPECIAL, ...LONG].flatMap((one) => others.map((other) => [one, other] as const));
  const sums = [...pairs, ...special];
  const replies = await redis.pipeline(sums.flatMap(([one, other]) => [['SET', 'f', one], ['INCRBYFLOAT', 'f', other]]));
  for (const [i, [one, other]] of sums.entries()) {
    const theirs = replies[i * 2 + 1];
    const expected = theirs instanceof Error ? 'refused' : String(theirs);
    const ours = sumOf(one, other);
    if (ours !== expected) t.equal(ours, expected, `${one} + ${other}`);
  }
  t.equal(sumOf('1.5', 'x'), 'refused');
});

t.test('a counter that is incremented often goes the same way as that of Redis', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const steps = fc.sample(fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(6)), { numRuns: 10_000, seed: 8 });
  const increments = steps.map(([digits, places]) => (digits / 10 ** places).toFixed(places));
  const replies = await redis.pipeline(increments.map((increment) => ['HINCRBYFLOAT', 'h', 'f', increment]));
  let value = '0';
  for (const [i, increment] of increments.entries()) {
    const before = value;
    value = sumOf(before, increment);
    if (value === String(replies[i])) continue;
    t.equal(value, String(replies[i]), `step ${i}: ${before} + ${increment}`);
    break;
  }
  t.equal(value, String(await redis.call('HGET', 'h', 'f')));
});

/** As the commands do it: the sum is written as text, and read again the next time. */
function sumOf(one: string, other: string): string {
  const [left, right] = [parsedLong(one), parsedLong(other)];
  if (left === undefined || right === undefined) return 'refused';
  const sum = addLongDoubles(left, right);
  return sum === undefined ? 'refused' : formatLongDouble(sum);
}
