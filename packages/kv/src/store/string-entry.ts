import { META_WORD, VALUE_WORD, readWord, valueOffset } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import { RAW, TEXT } from './meta.js';
import { bulkBytes, headerBytes, writeBulk } from './string-layout.js';

/** Strings in their entries, which have room for them. What is said of a string, RAW or TEXT, is not said of the next one. */

/** Bytes of the payload. */
export function payloadBytes(memory: Memory, entry: number): number {
  return readWord(memory, entry, VALUE_WORD);
}

/** Where in the entry's buffer the payload begins. */
export function payloadOffset(memory: Memory, entry: number): number {
  return valueOffset(memory, entry) + headerBytes(payloadBytes(memory, entry));
}

/** Bytes of the entry before the string. */
export function fixedBytes(memory: Memory, entry: number): number {
  return valueOffset(memory, entry) - memory.offset(entry);
}

/** Bytes that the entry needs with a payload of `length` bytes. */
export function entryBytes(memory: Memory, entry: number, length: number): number {
  return fixedBytes(memory, entry) + bulkBytes(length);
}

/** Writes the payload `value[from, to)`, and the word with the owner's bits. */
export function writeString(memory: Memory, entry: number, value: Buffer, from: number, to: number, meta: number): void {
  const words = memory.words(entry);
  const word = memory.offset(entry) >>> 2;
  words[word + VALUE_WORD] = to - from;
  words[word + META_WORD] = meta & ~(RAW | TEXT);
  writeBulk(memory.buffer(entry), valueOffset(memory, entry), value, from, to);
}
