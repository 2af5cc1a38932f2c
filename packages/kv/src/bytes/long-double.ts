/**
 * The arithmetic of INCRBYFLOAT and HINCRBYFLOAT. Redis computes them in C's `long double`, which on x86-64 has 64 bits of
 * significand, eleven more than a JavaScript number: 0.1 + 0.2 is 0.3 there. It is done exactly here, in bigints, and rounded
 * as the processor would. That costs microseconds, for commands that are rarely hot.
 */
import { type Dyadic, bitLength, roundToDyadic, roundedQuotient } from './dyadic.js';
import { type DecimalText, type NumberText, readNumberText } from './number-text.js';

/** A dyadic fraction with at most 64 bits. The exponent of the infinities is infinite, and their significand has the sign. */
export type LongDouble = Dyadic;

const SIGNIFICAND_BITS = 64;
/** Of the last bit of the smallest one. */
const MIN_EXPONENT = -16_445;
/** All are below 2 to this. */
const MAX_MAGNITUDE = 16_384;
/** Decimals of at least this magnitude are infinite, and those of at most its inverse are zero. */
const MAX_DECIMAL_MAGNITUDE = 5000;
/** Redis reads no longer texts, in bytes. */
const MAX_TEXT_BYTES = 5 * 1024 - 1;
const FRACTION_DIGITS = 17;

const ZERO: LongDouble = { significand: 0n, exponent: 0 };
const INFINITY: LongDouble = { significand: 1n, exponent: Infinity };

export function isInfinite(value: LongDouble): boolean {
  return value.exponent === Infinity;
}

/** The number that `bytes[start, end)` spells; undefined if it is none, too great, or so small that it would be zero. */
export function parseLongDouble(bytes: Uint8Array, start: number, end: number): LongDouble | undefined {
  if (end - start > MAX_TEXT_BYTES) return undefined;
  const number = readNumberText(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
  if (number === undefined) return undefined;
  const magnitude = magnitudeOf(number);
  return magnitude !== undefined && number.negative ? negated(magnitude) : magnitude;
}

function magnitudeOf(number: NumberText): LongDouble | undefined {
  if (number.kind === 'infinity') return INFINITY;
  if (number.kind === 'decimal') return decimalMagnitude(number);
  if (number.significand === 0n) return ZERO;
  const magnitude = bitLength(number.significand) + number.exponent;
  if (Math.abs(magnitude) > 2 * MAX_MAGNITUDE) return undefined;
  return representable(roundToDyadic(number.significand, 1n, number.exponent, SIGNIFICAND_BITS, MIN_EXPONENT));
}

function decimalMagnitude({ digits, exponent }: DecimalText): LongDouble | undefined {
  const significand = BigInt(digits);
  if (significand === 0n) return ZERO;
  if (Math.abs(String(significand).length + exponent) > MAX_DECIMAL_MAGNITUDE) return undefined;
  const power = 10n ** BigInt(Math.abs(exponent));
  const rounded =
    exponent < 0
      ? roundToDyadic(significand, power, 0, SIGNIFICAND_BITS, MIN_EXPONENT)
      : roundToDyadic(significand * power, 1n, 0, SIGNIFICAND_BITS, MIN_EXPONENT);
  return representable(rounded);
}

/** A value above zero that has been rounded, unless that made it zero or it is too great. */
function representable(value: Dyadic): LongDouble | undefined {
  if (value.significand === 0n) return undefined;
  return bitLength(value.significand) + value.exponent > MAX_MAGNITUDE ? undefined : value;
}

function negated({ significand, exponent }: LongDouble): LongDouble {
  return { significand: -significand, exponent };
}

/** The sum; undefined if it is infinite or, of two infinities, not a number. */
export function addLongDoubles(one: LongDouble, other: LongDouble): LongDouble | undefined {
  if (isInfinite(one) || isInfinite(other)) return undefined;
  const exponent = Math.min(one.exponent, other.exponent);
  const sum = scaled(one, exponent) + scaled(other, exponent);
  if (sum === 0n) return ZERO;
  const magnitude = representable(roundToDyadic(sum < 0n ? -sum : sum, 1n, exponent, SIGNIFICAND_BITS, MIN_EXPONENT));
  return magnitude !== undefined && sum < 0n ? negated(magnitude) : magnitude;
}

/** The significand that the value has with a lower exponent. */
function scaled({ significand, exponent }: LongDouble, lower: number): bigint {
  return significand << BigInt(exponent - lower);
}

/** A finite double, whose bits all fit. */
export function longDoubleOf(value: number): LongDouble {
  if (Number.isInteger(value)) return { significand: BigInt(value), exponent: 0 };
  // Below 2^53 with a fraction: its exponent is that of its highest bit, or of the smallest double.
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))) - 54, -1074);
  return { significand: BigInt(value * 2 ** -(exponent >> 1) * 2 ** -(exponent - (exponent >> 1))), exponent };
}

/** A finite one as Redis writes it: like C's %.17Lf, without zeros at the end and without -0. */
export function formatLongDouble({ significand, exponent }: LongDouble): string {
  const magnitude = significand < 0n ? -significand : significand;
  const digits = String(roundedQuotient(magnitude * 10n ** BigInt(FRACTION_DIGITS), 1n, -exponent)).padStart(FRACTION_DIGITS + 1, '0');
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  const text = digits.slice(0, -FRACTION_DIGITS) + (fraction === '' ? '' : `.${fraction}`);
  return significand < 0n && text !== '0' ? `-${text}` : text;
}
