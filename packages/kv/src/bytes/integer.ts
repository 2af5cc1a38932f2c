/**
 * Integers of 64 bits in decimal, as Redis keeps counters and as its clients send lengths, scores and indexes. They are
 * numbers while those are exact, up to 2^53, and a bigint beyond.
 */
export type Integer64 = number | bigint;

const MINUS = 0x2d;
const ZERO = 0x30;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
/** The greatest magnitude of 64 bits, cut after its 15th digit of 19. */
const MAX_HEAD = 922_337_203_685_477;
const MAX_TAIL = 5807;
const BILLION = 1_000_000_000;

/**
 * The integer that `bytes[start, end)` spells, and NaN if that is none of 64 bits as Redis would write it itself: without
 * spaces, plus sign, leading zeros or -0. An integer that a number cannot hold exactly is infinite with its sign, which
 * suits limits and indexes; where its value counts, `parseInteger64` gives it.
 */
export function parseInteger(bytes: Uint8Array, start: number, end: number): number {
  const negative = start < end && bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  const length = end - first;
  if (length < 1 || length > 19) return Number.NaN;
  if (bytes[first] === ZERO) return length === 1 && !negative ? 0 : Number.NaN;
  const magnitude = length < 16 ? digits(bytes, first, end) : longMagnitude(bytes, first, end, negative);
  return negative ? -magnitude : magnitude;
}

/** The same with its exact value. NaN if it is no integer. */
export function parseInteger64(bytes: Uint8Array, start: number, end: number): Integer64 {
  const value = parseInteger(bytes, start, end);
  if (Number.isFinite(value) || Number.isNaN(value)) return value;
  const first = value < 0 ? start + 1 : start;
  const magnitude = BigInt(digits(bytes, first, end - 9)) * BigInt(BILLION) + BigInt(digits(bytes, end - 9, end));
  return value < 0 ? -magnitude : magnitude;
}

/** At most 15 digits, or NaN if other bytes are among them. */
function digits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Of 16 to 19 digits: infinite if they are more than a number holds, NaN if they are more than 64 bits hold. */
function longMagnitude(bytes: Uint8Array, first: number, end: number, negative: boolean): number {
  const head = digits(bytes, first, first + 15);
  const tail = digits(bytes, first + 15, end);
  if (Number.isNaN(head) || Number.isNaN(tail)) return Number.NaN;
  if (end - first === 19 && (head > MAX_HEAD || (head === MAX_HEAD && tail > MAX_TAIL + (negative ? 1 : 0)))) return Number.NaN;
  const value = head * 10 ** (end - first - 15) + tail;
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.POSITIVE_INFINITY;
}

/** The sum, or NaN if it is beyond 64 bits. */
export function addIntegers(one: Integer64, other: Integer64): Integer64 {
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(one) + BigInt(other);
  return sum < MIN_INT64 || sum > MAX_INT64 ? Number.NaN : narrowed(sum);
}

/** An integer of 64 bits as a number, if that is exact. */
export function narrowed(value: bigint): Integer64 {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Writes a safe integer at `at` and returns where it ends: at most 17 bytes further. */
export function writeInteger(value: number, target: Uint8Array, at: number): number {
  if (value < 0) {
    target[at] = MINUS;
    return writeInteger(-value, target, at + 1);
  }
  if (value < BILLION) return writeDigits(value, target, at, at + digitCount(value));
  const high = Math.floor(value / BILLION);
  const middle = writeInteger(high, target, at);
  return writeDigits(value - high * BILLION, target, middle, middle + 9);
}

/** Writes any integer of 64 bits at `at` and returns where it ends: at most 20 bytes further. */
export function writeInteger64(value: Integer64, target: Uint8Array, at: number): number {
  if (typeof value === 'number') return writeInteger(value, target, at);
  const text = String(value);
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** The bytes that a safe integer takes. */
export function integerLength(value: number): number {
  if (value < 0) return integerLength(-value) + 1;
  return value < BILLION ? digitCount(value) : digitCount(Math.floor(value / BILLION)) + 9;
}

/** Fills `target[start, end)` with the last digits of a value below 10^9, so that all of it is the arithmetic of small integers. */
function writeDigits(value: number, target: Uint8Array, start: number, end: number): number {
  let rest = value | 0;
  for (let at = end - 1; at >= start; at--) {
    const quotient = (rest / 10) | 0;
    target[at] = ZERO + rest - quotient * 10;
    rest = quotient;
  }
  return end;
}

/** The digits of a value below 10^9. */
function digitCount(value: number): number {
  if (value < 100_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  return value < 10_000_000 ? (value < 1_000_000 ? 6 : 7) : value < 100_000_000 ? 8 : 9;
}
