import { type Integer64, narrowed } from './integer.js';

/** Integers of 64 bits, signed or not, as two words of 32 bits, which are signed like any word in memory. */
const WORD = 2 ** 32;
/** High words from -SAFE_HIGH to SAFE_HIGH - 1 belong to numbers that are exact. */
const SAFE_HIGH = 2 ** 21;

export function highWord(value: Integer64): number {
  return typeof value === 'number' ? Math.floor(value / WORD) | 0 : Number(BigInt.asIntN(32, value >> 32n));
}

export function lowWord(value: Integer64): number {
  return typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));
}

export function unsignedOf(high: number, low: number): Integer64 {
  const upper = high >>> 0;
  return upper < SAFE_HIGH ? upper * WORD + (low >>> 0) : (BigInt(upper) << 32n) | BigInt(low >>> 0);
}

export function signedOf(high: number, low: number): Integer64 {
  const isSafe = high >= -SAFE_HIGH && high < SAFE_HIGH;
  return isSafe ? high * WORD + (low >>> 0) : (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** The sum as a signed integer of 64 bits: what is beyond these is cut off, as in C. */
export function addWrapped(one: Integer64, other: Integer64): Integer64 {
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrowed(BigInt.asIntN(64, BigInt(one) + BigInt(other)));
}

/** The difference as a signed integer of 64 bits. */
export function subtractWrapped(one: Integer64, other: Integer64): Integer64 {
  return addWrapped(one, typeof other === 'number' ? -other : BigInt.asIntN(64, -other));
}

/** The sum as an unsigned integer of 64 bits. */
export function addUnsigned(one: Integer64, other: Integer64): Integer64 {
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other;
    if (sum >= 0 && Number.isSafeInteger(sum)) return sum;
  }
  return narrowed(BigInt.asUintN(64, BigInt(one) + BigInt(other)));
}
