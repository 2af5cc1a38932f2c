import { copyBytes } from '../memory/entry.js';

/**
 * How an element lies in a pack or in the node of a list: its bytes with their length before and behind them, so that a sequence can be
 * passed in both directions. A length takes one byte, or five from LONG on.
 */
const LONG = 255;
const LONG_LENGTH_BYTES = 5;

/** What an element with so many bytes takes. */
export function elementBytes(length: number): number {
  return length < LONG ? length + 2 : length + 2 * LONG_LENGTH_BYTES;
}

/** What the element takes that ends where `end` is. */
export function elementBytesBefore(buffer: Buffer, end: number): number {
  const byte = buffer[end - 1] as number;
  return elementBytes(byte < LONG ? byte : buffer.readUInt32LE(end - LONG_LENGTH_BYTES));
}

/** How many bytes of its own the element has that begins at `from`. */
export function elementLength(buffer: Buffer, from: number): number {
  const byte = buffer[from] as number;
  return byte < LONG ? byte : buffer.readUInt32LE(from + 1);
}

/** How many bytes stand before and again behind those of the element that begins at `from`. */
export function lengthBytes(buffer: Buffer, from: number): number {
  return buffer[from] === LONG ? LONG_LENGTH_BYTES : 1;
}

/** Writes `bytes[start, end)` as an element that begins at `from`. */
export function writeElement(buffer: Buffer, from: number, bytes: Buffer, start: number, end: number): void {
  const length = end - start;
  if (length < LONG) {
    buffer[from] = length;
    copyBytes(bytes, start, buffer, from + 1, length);
    buffer[from + 1 + length] = length;
  } else {
    writeLongElement(buffer, from, bytes, start, end);
  }
}

function writeLongElement(buffer: Buffer, from: number, bytes: Buffer, start: number, end: number): void {
  const behind = from + LONG_LENGTH_BYTES + end - start;
  buffer[from] = LONG;
  buffer.writeUInt32LE(end - start, from + 1);
  copyBytes(bytes, start, buffer, from + LONG_LENGTH_BYTES, end - start);
  buffer.writeUInt32LE(end - start, behind);
  buffer[behind + 4] = LONG;
}

/** Whether the element that begins at `from` is `bytes[start, end)`. Names mostly differ at their end, so it looks there first. */
export function elementEquals(buffer: Buffer, from: number, bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (elementLength(buffer, from) !== length) return false;
  const at = from + lengthBytes(buffer, from);
  for (let i = length - 1; i >= 0; i--) {
    if (buffer[at + i] !== bytes[start + i]) return false;
  }
  return true;
}
