import { DEADLINE_BYTES, EXPIRES, HEADER_BYTES, META_WORD, VALUE_WORD, copyBytes, readWord, valueOffset } from '../memory/entry.js';
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

/** Puts another payload into an entry whose block is as large as it would be chosen for that. Otherwise returns false. */
export function overwriteString(memory: Memory, entry: number, value: Buffer, from: number, to: number): boolean {
  if (replacePayload(memory, entry, value, from, to)) return true;
  if (!memory.fits(entry, entryBytes(memory, entry, to - from))) return false;
  writeString(memory, entry, value, from, to, readWord(memory, entry, META_WORD));
  return true;
}

/** Puts a payload of the same length in the place of another one: as most have, little is to be written. False if it has another length. */
function replacePayload(memory: Memory, entry: number, value: Buffer, from: number, to: number): boolean {
  const words = memory.words(entry);
  const offset = memory.offset(entry);
  const word = offset >>> 2;
  const length = to - from;
  if (words[word + VALUE_WORD] !== length) return false;
  const meta = words[word + META_WORD] as number;
  words[word + META_WORD] = meta & ~(RAW | TEXT);
  const key = offset + ((meta & EXPIRES) === 0 ? HEADER_BYTES : HEADER_BYTES + DEADLINE_BYTES);
  copyBytes(value, from, memory.buffer(entry), key + (words[word] as number) + headerBytes(length), length);
  return true;
}
