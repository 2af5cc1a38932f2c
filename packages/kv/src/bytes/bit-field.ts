import { type Integer64, addIntegers, narrowed } from './integer.js';

/** An integer of some bits within a string: of 1 to 64 with a sign, of 1 to 63 without. */
export interface BitField {
  readonly isSigned: boolean;
  readonly bits: number;
  /** Where its highest bit is; bit 0 is the highest of the first byte. */
  readonly position: number;
}

/** What becomes of a value that the field cannot hold: its lowest bits, the bound next to it, or nothing. */
export type Overflow = 'wrap' | 'sat' | 'fail';

/** Wider fields are read and written in two parts, each of which a number holds exactly. */
const MAX_EXACT_BITS = 53;
const LOW_BITS = 32;

/** The value of a field of the string `bytes[start, end)`, behind whose end there are zeros. */
export function readField(bytes: Uint8Array, start: number, end: number, { isSigned, bits, position }: BitField): Integer64 {
  if (bits <= MAX_EXACT_BITS) {
    const value = readBits(bytes, start, end, position, bits);
    return isSigned && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }
  const high = BigInt(readBits(bytes, start, end, position, bits - LOW_BITS));
  const value = (high << BigInt(LOW_BITS)) | BigInt(readBits(bytes, start, end, position + bits - LOW_BITS, LOW_BITS));
  return narrowed(isSigned ? BigInt.asIntN(bits, value) : value);
}

/** Writes a value that the field can hold to the string at `start`, which must be long enough. */
export function writeField(bytes: Uint8Array, start: number, { bits, position }: BitField, value: Integer64): void {
  if (bits <= MAX_EXACT_BITS) return writeBits(bytes, start, position, bits, Number(value) < 0 ? Number(value) + 2 ** bits : Number(value));
  const pattern = BigInt.asUintN(bits, BigInt(value));
  writeBits(bytes, start, position, bits - LOW_BITS, Number(pattern >> BigInt(LOW_BITS)));
  writeBits(bytes, start, position + bits - LOW_BITS, LOW_BITS, Number(BigInt.asUintN(LOW_BITS, pattern)));
}

/** At most 53 bits, taken from each byte as many as it has of them. */
function readBits(bytes: Uint8Array, start: number, end: number, position: number, bits: number): number {
  let value = 0;
  let next = position;
  for (let left = bits; left > 0; ) {
    const at = start + Math.floor(next / 8);
    const taken = Math.min(8 - (next % 8), left);
    const byte = at < end ? bytes[at]! : 0;
    value = value * 2 ** taken + ((byte >> (8 - (next % 8) - taken)) & ((1 << taken) - 1));
    next += taken;
    left -= taken;
  }
  return value;
}

/** The same the other way around, from the lowest bits to the highest. */
function writeBits(bytes: Uint8Array, start: number, position: number, bits: number, value: number): void {
  let rest = value;
  for (let left = bits; left > 0; ) {
    const last = position + left - 1;
    const at = start + Math.floor(last / 8);
    const given = Math.min((last % 8) + 1, left);
    const mask = (1 << given) - 1;
    const shift = 7 - (last % 8);
    bytes[at] = (bytes[at]! & ~(mask << shift)) | (rest % 2 ** given << shift);
    rest = Math.floor(rest / 2 ** given);
    left -= given;
  }
}

/**
 * What SET stores in a field for a value of 64 bits; undefined if it does not fit and must fail.
 *
 * Redis compares in 64 bits. So a value below zero is a great one to a field without sign, and also to one with a sign if
 * the distance to the greatest value of the field is more than 63 bits hold: then it becomes that instead of the smallest.
 */
export function fieldValue(field: BitField, value: Integer64, overflow: Overflow): Integer64 | undefined {
  const isGreat = field.isSigned ? field.bits < 64 && typeof value === 'bigint' && value < 2n ** BigInt(field.bits - 1) - 2n ** 63n : value < 0;
  return fitted(field, isGreat ? BigInt.asUintN(64, BigInt(value)) : value, overflow);
}

/** What INCRBY stores in a field that has the value `value`; undefined if it does not fit and must fail. */
export function incrementedFieldValue(field: BitField, value: Integer64, increment: Integer64, overflow: Overflow): Integer64 | undefined {
  const sum = addIntegers(value, increment);
  return fitted(field, Number.isNaN(sum) ? BigInt(value) + BigInt(increment) : sum, overflow);
}

function fitted({ isSigned, bits }: BitField, value: Integer64, overflow: Overflow): Integer64 | undefined {
  const valueBits = isSigned ? bits - 1 : bits;
  if (valueBits <= MAX_EXACT_BITS && typeof value === 'number' && value < 2 ** valueBits && value >= (isSigned ? -(2 ** valueBits) : 0)) return value;
  const exact = BigInt(value);
  const wrapped = isSigned ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact);
  if (wrapped === exact || overflow === 'wrap') return narrowed(wrapped);
  if (overflow === 'fail') return undefined;
  if (exact > 0n) return narrowed(2n ** BigInt(valueBits) - 1n);
  return narrowed(isSigned ? -(2n ** BigInt(valueBits)) : 0n);
}
