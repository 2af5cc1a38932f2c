import { copyBytes } from '../memory/entry.js';

/**
 * A string lies in its entry as the reply that GET sends: `$`, the length in decimal digits, CR LF, the payload, CR LF.
 * So the most frequent of all requests is answered by copying one range.
 */

const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;

/** How many decimal digits a length has. */
export function digitCount(length: number): number {
  if (length < 10) return 1;
  if (length < 100) return 2;
  let digits = 3;
  for (let bound = 1000; length >= bound; bound *= 10) digits++;
  return digits;
}

/** Bytes before the payload. */
export function headerBytes(length: number): number {
  return digitCount(length) + 3;
}

/** Bytes of the whole, for a payload of `length` bytes. */
export function bulkBytes(length: number): number {
  return digitCount(length) + 5 + length;
}

/** Writes what stands before a payload, and returns where that begins. */
export function writeHeader(buffer: Buffer, at: number, length: number): number {
  const digits = digitCount(length);
  buffer[at] = DOLLAR;
  let rest = length;
  for (let i = at + digits; i > at; i--) {
    const quotient = (rest / 10) | 0;
    buffer[i] = ZERO + rest - quotient * 10;
    rest = quotient;
  }
  buffer[at + digits + 1] = CR;
  buffer[at + digits + 2] = LF;
  return at + digits + 3;
}

/** Writes `bytes[start, end)` as a reply, and returns where it ends. */
export function writeBulk(buffer: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  const payload = writeHeader(buffer, at, length);
  copyBytes(bytes, start, buffer, payload, length);
  return writeTrailer(buffer, payload + length);
}

/** Writes what stands behind a payload, and returns where it ends. */
export function writeTrailer(buffer: Buffer, at: number): number {
  buffer[at] = CR;
  buffer[at + 1] = LF;
  return at + 2;
}

/** Writes what stands around a payload anew, for another length. There must be room for both. */
export function reframeBulk(buffer: Buffer, at: number, oldLength: number, length: number): void {
  const from = at + headerBytes(oldLength);
  const payload = at + headerBytes(length);
  if (payload !== from) buffer.copyWithin(payload, from, from + Math.min(oldLength, length));
  writeHeader(buffer, at, length);
  writeTrailer(buffer, payload + length);
}
