import { type Integer64, narrowed, parseInteger64, writeInteger64 } from '../bytes/integer.js';
import { copyBytes } from '../memory/entry.js';
import type { Slice } from '../memory/slice.js';

/**
 * Elements of a listpack: byte strings and integers, of which each is as short as it can be. A string that spells an integer is kept as
 * one. An element begins with its kind, or its kind and length, and ends with the length of all this, so that it can be passed in
 * both directions. It is the format of Redis's own streams, whose nodes are as large as the limits say only if they are counted by it.
 *
 * Source: https://github.com/antirez/listpack/blob/master/listpack.md
 */
const STRING_6 = 0x80;
const INTEGER_13 = 0xc0;
const STRING_12 = 0xe0;
const STRING_32 = 0xf0;
const INTEGER_16 = 0xf1;
const INTEGER_24 = 0xf2;
const INTEGER_32 = 0xf3;
const INTEGER_64 = 0xf4;

/** Bytes that a listpack has around its elements. */
export const LISTPACK_FRAME_BYTES = 7;

/** The digits of the integer that was read last as a string. */
const digits = Buffer.alloc(20);

// --- Reading

/** Where the element at `at` ends. */
export function elementEnd(buffer: Buffer, at: number): number {
  const bytes = contentBytes(buffer, at);
  return at + bytes + lengthBytes(bytes);
}

/** Whether a whole element lies at `at`, before `end`: for those that come from outside. */
export function holdsElement(buffer: Buffer, at: number, end: number): boolean {
  const kind = buffer[at] as number;
  if (kind > INTEGER_64 || (kind === STRING_32 && at + 5 > end)) return false;
  return elementEnd(buffer, at) <= end;
}

/** Where the element that ends at `end` begins. */
export function elementBefore(buffer: Buffer, end: number): number {
  let at = end - 1;
  let length = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = buffer[at] as number;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) return at - length;
    at--;
  }
}

/** Sets a slice to the element at `at` as a string; one that is kept as an integer, only until the next such call. */
export function readString(buffer: Buffer, at: number, slice: Slice): Slice {
  const kind = buffer[at] as number;
  if ((kind & 0xc0) === STRING_6) return slice.set(buffer, at + 1, at + 1 + (kind & 0x3f));
  if ((kind & 0xf0) === STRING_12) return slice.set(buffer, at + 2, at + contentBytes(buffer, at));
  if (kind === STRING_32) return slice.set(buffer, at + 5, at + contentBytes(buffer, at));
  return slice.set(digits, 0, writeInteger64(readInteger(buffer, at), digits, 0));
}

/** The element at `at`, which must be an integer. */
export function readInteger(buffer: Buffer, at: number): Integer64 {
  const kind = buffer[at] as number;
  if (kind < 0x80) return kind;
  if (kind === INTEGER_16) return buffer.readInt16LE(at + 1);
  if (kind === INTEGER_24) return buffer.readIntLE(at + 1, 3);
  if (kind === INTEGER_32) return buffer.readInt32LE(at + 1);
  if (kind === INTEGER_64) return narrowed(buffer.readBigInt64LE(at + 1));
  return ((((kind & 0x1f) << 8) | (buffer[at + 1] as number)) << 19) >> 19;
}

/** The same of one that is not large. */
export function readCount(buffer: Buffer, at: number): number {
  return Number(readInteger(buffer, at));
}

/** Whether the element at `at` is the string `bytes[start, end)`. */
export function stringEquals(buffer: Buffer, at: number, slice: Slice, bytes: Buffer, start: number, end: number): boolean {
  readString(buffer, at, slice);
  if (slice.length !== end - start) return false;
  // Such strings are names of fields, and short: a loop is over before a call of `compare` has begun.
  for (let i = slice.length - 1; i >= 0; i--) {
    if (slice.buffer[slice.start + i] !== bytes[start + i]) return false;
  }
  return true;
}

// --- Writing

/** What a string will take. */
export function stringBytes(bytes: Buffer, start: number, end: number): number {
  const value = parseInteger64(bytes, start, end);
  if (!Number.isNaN(value)) return integerBytes(value);
  const length = end - start;
  const content = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return content + lengthBytes(content);
}

/** What an integer will take. */
export function integerBytes(value: Integer64): number {
  if (value >= 0 && value < 128) return 2;
  if (value >= -4096 && value < 4096) return 3;
  if (value >= -0x8000 && value < 0x8000) return 4;
  if (value >= -0x800000 && value < 0x800000) return 5;
  return value >= -0x80000000 && value < 0x80000000 ? 6 : 10;
}

/** Writes a string at `at`, and returns where it ends. */
export function writeString(buffer: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  const value = parseInteger64(bytes, start, end);
  if (!Number.isNaN(value)) return writeInteger(buffer, at, value);
  const content = writeHeader(buffer, at, end - start);
  copyBytes(bytes, start, buffer, content, end - start);
  return writeLength(buffer, at, content + end - start);
}

/** Writes an integer at `at`, and returns where it ends. */
export function writeInteger(buffer: Buffer, at: number, value: Integer64): number {
  const bytes = integerBytes(value) - 1;
  if (bytes === 1) buffer[at] = Number(value);
  else if (bytes === 2) buffer.writeUInt16BE((INTEGER_13 << 8) | (Number(value) & 0x1fff), at);
  else if (bytes === 9) writeLongInteger(buffer, at, value);
  else {
    buffer[at] = bytes === 3 ? INTEGER_16 : bytes === 4 ? INTEGER_24 : INTEGER_32;
    buffer.writeIntLE(Number(value), at + 1, bytes - 1);
  }
  return writeLength(buffer, at, at + bytes);
}

function writeLongInteger(buffer: Buffer, at: number, value: Integer64): void {
  buffer[at] = INTEGER_64;
  buffer.writeBigInt64LE(BigInt(value), at + 1);
}

function writeHeader(buffer: Buffer, at: number, length: number): number {
  if (length < 64) return buffer.writeUInt8(STRING_6 | length, at);
  if (length < 4096) return buffer.writeUInt16BE((STRING_12 << 8) | length, at);
  buffer[at] = STRING_32;
  return buffer.writeUInt32LE(length, at + 1);
}

/** Writes behind an element how long it is: seven bits a byte, to be read from behind, and a set bit where more follow. */
function writeLength(buffer: Buffer, at: number, end: number): number {
  let rest = end - at;
  const bytes = lengthBytes(rest);
  for (let i = bytes - 1; i >= 0; i--) {
    buffer[end + i] = (rest & 0x7f) | (i > 0 ? 0x80 : 0);
    rest >>>= 7;
  }
  return end + bytes;
}

// --- Sizes

/** What an element takes without the length at its end. */
function contentBytes(buffer: Buffer, at: number): number {
  const kind = buffer[at] as number;
  if (kind < 0x80) return 1;
  if (kind < INTEGER_13) return 1 + (kind & 0x3f);
  if (kind < STRING_12) return 2;
  if (kind < STRING_32) return 2 + (((kind & 0xf) << 8) | (buffer[at + 1] as number));
  if (kind === STRING_32) return 5 + buffer.readUInt32LE(at + 1);
  return kind === INTEGER_64 ? 9 : kind - INTEGER_16 + 3;
}

/** Bytes for the length at the end. From the second byte on, Redis takes one more a length too early. */
function lengthBytes(content: number): number {
  if (content < 128) return 1;
  return content < 16_383 ? 2 : content < 2_097_151 ? 3 : content < 268_435_455 ? 4 : 5;
}
