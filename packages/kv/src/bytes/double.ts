import { roundToDyadic } from './dyadic.js';
import { writeInteger } from './integer.js';
import { type DecimalText, type HexadecimalText, readNumberText } from './number-text.js';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Of a double: the bits of its significand, and the exponent of the last of them in the smallest one. */
const SIGNIFICAND_BITS = 53;
const MIN_EXPONENT = -1074;
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, i) => 10 ** i);
/** An integer and a power of ten of so few digits are exact, so that their quotient is rounded once. */
const EXACT_DIGITS = 15;

/**
 * The double that `bytes[start, end)` spells, as Redis takes scores: what C's strtod takes, unless it is NaN, too great, or
 * so small that it would be zero. NaN if it is none.
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number {
  const value = parseShortDecimal(bytes, start, end);
  return Number.isNaN(value) ? parseText(latin1(bytes, start, end)) : value;
}

/** Most scores: a decimal of up to 15 digits without an exponent, and nothing allocated. NaN if it is another text. */
function parseShortDecimal(bytes: Uint8Array, start: number, end: number): number {
  const negative = start < end && bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let value = 0;
  let point = -1;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === POINT - ZERO && point < 0) point = at;
    else return Number.NaN;
  }
  const count = end - first - (point < 0 ? 0 : 1);
  if (count < 1 || count > EXACT_DIGITS) return Number.NaN;
  if (point >= 0) value /= POWERS_OF_TEN[end - point - 1]!;
  return negative ? -value : value;
}

function parseText(text: string): number {
  const number = readNumberText(text);
  if (number === undefined) return Number.NaN;
  if (number.kind === 'infinity') return number.negative ? -Infinity : Infinity;
  const value = magnitudeOf(number, text);
  const zero = number.kind === 'decimal' ? !/[1-9]/.test(number.digits) : number.significand === 0n;
  if (value === Infinity || (value === 0 && !zero)) return Number.NaN;
  return number.negative ? -value : value;
}

/**
 * The double that C's strtod finds in a C string, as Redis takes the bounds of ranges: what ends with a NUL or begins with
 * blanks, and no text at all, which is 0; what is too great or small is infinite or 0. NaN if something else follows.
 */
export function parseDoubleAsC(bytes: Uint8Array, start: number, end: number): number {
  const [text = ''] = latin1(bytes, start, end).split('\0', 1);
  if (text === '') return 0;
  const trimmed = text.replace(/^[ \t-\r]+/, '');
  const number = readNumberText(trimmed);
  if (number === undefined) return Number.NaN;
  const value = number.kind === 'infinity' ? Infinity : magnitudeOf(number, trimmed);
  return number.negative ? -value : value;
}

function magnitudeOf(number: DecimalText | HexadecimalText, text: string): number {
  return number.kind === 'decimal' ? Math.abs(Number(text)) : roundToDouble(number.significand, number.exponent);
}

function roundToDouble(significand: bigint, exponent: number): number {
  if (significand === 0n) return 0;
  // Beyond the exponents that a double may have the shift could be as long as the client likes.
  const magnitude = significand.toString(16).length * 4 + exponent;
  if (magnitude > 2000) return Infinity;
  if (magnitude < -2000) return 0;
  const rounded = roundToDyadic(significand, 1n, exponent, SIGNIFICAND_BITS, MIN_EXPONENT);
  // In two steps, as the power of two alone may be out of range.
  return Number(rounded.significand) * 2 ** Math.max(rounded.exponent, MIN_EXPONENT);
}

/** A double as Redis replies it: like C's %.17g, and `inf` or `-inf`. Not for NaN, which Redis never has. */
export function formatDouble(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Object.is(value, -0)) return '-0';
  if (Number.isSafeInteger(value)) return String(value);
  const [digits = '', exponent = ''] = roundToSeventeenDigits(Math.abs(value)).split('e');
  return (value < 0 ? '-' : '') + layOut(digits.replace('.', ''), Number(exponent));
}

/**
 * A finite double like C's %.*f: with so many digits after the point, at least one. Of two decimals at the same distance C takes
 * the even one, JavaScript the greater.
 */
export function formatFixed(value: number, digits: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude >= 2 ** 53) return `${sign}${BigInt(magnitude)}.${'0'.repeat(digits)}`;
  // Where there are two, one more digit makes the decimal exact, and is a 5.
  const exact = Number.isInteger(magnitude * 2 ** (digits + 1)) ? magnitude.toFixed(digits + 1) : '';
  return sign + (/[02468]5$/.test(exact) ? exact.slice(0, -1) : magnitude.toFixed(digits));
}

/** Writes it at `at` and returns where it ends, at most 24 bytes further. Nothing is allocated for an integer. */
export function writeDouble(value: number, target: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(value, target, at);
  const text = formatDouble(value);
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/**
 * In the form d.dddde±x. Of two decimals at the same distance C takes the even one, but JavaScript the greater. Such a value
 * has 18 digits, the last of them a 5. As a fraction over 2^k it has k digits after the point and is a multiple of 5^k,
 * hence k is at most 25.
 */
function roundToSeventeenDigits(value: number): string {
  const rounded = value.toExponential(16);
  if (!Number.isInteger(value * 2 ** 25)) return rounded;
  const [exact = '', exponent = ''] = value.toExponential(60).split('e');
  const isTie = /^\d\.\d{15}[02468]50*$/.test(exact);
  return isTie ? `${exact.slice(0, 18)}e${exponent}` : rounded;
}

/** As C's %g arranges 17 digits, of which the first has the value 10^`exponent`. */
function layOut(digits: string, exponent: number): string {
  const significant = digits.replace(/0+$/, '');
  if (exponent < -4 || exponent >= digits.length) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : '';
    return `${significant.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${significant}`;
  const whole = significant.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return significant.length > exponent + 1 ? `${whole}.${significant.slice(exponent + 1)}` : whole;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
