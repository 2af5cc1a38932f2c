import type { Memory } from './memory.js';
import { MAX_SMALL_BYTES } from './size-classes.js';

/**
 * An entry is a block that holds a key and what belongs to it:
 *
 *     word 0      length of the key, in bytes
 *     word 1      length of the value, in bytes, or a reference to it: whoever wrote it knows
 *     word 2      bits of the owner: type, encoding, last access (see store/meta.ts); EXPIRES says that there is a deadline
 *     [word 3, 4] the deadline in ms since the epoch: low and high half, if EXPIRES
 *     key
 *     value
 *
 * The same layout serves keys of a database, fields of a hash and members of a set or a sorted set.
 */
export const KEY_LENGTH_WORD = 0;
export const VALUE_WORD = 1;
export const META_WORD = 2;
export const DEADLINE_WORD = 3;

/** The bit of word 2 that says that words 3 and 4 are a deadline. */
export const EXPIRES = 1 << 7;

export const HEADER_BYTES = 12;
export const DEADLINE_BYTES = 8;

/** The deadline of what has none. */
export const NEVER = Number.POSITIVE_INFINITY;

const LOW_WORD = 2 ** 32;

/**
 * An entry with the key in `bytes[start, end)` and room for a value of `valueBytes`. Words 1 and 2 and the value are the caller's to
 * fill in. A large one has room for a deadline, too, or it would be copied when it gets one.
 */
export function allocateEntry(memory: Memory, bytes: Buffer, start: number, end: number, valueBytes: number): number {
  const keyLength = end - start;
  const needed = HEADER_BYTES + keyLength + valueBytes;
  const address = memory.allocate(needed <= MAX_SMALL_BYTES ? needed : needed + DEADLINE_BYTES);
  const words = memory.words(address);
  const word = memory.offset(address) >>> 2;
  words[word] = keyLength;
  words[word + META_WORD] = 0;
  copyBytes(bytes, start, memory.buffer(address), memory.offset(address) + HEADER_BYTES, keyLength);
  return address;
}

export function readWord(memory: Memory, address: number, word: number): number {
  return memory.words(address)[(memory.offset(address) >>> 2) + word] as number;
}

export function writeWord(memory: Memory, address: number, word: number, value: number): void {
  memory.words(address)[(memory.offset(address) >>> 2) + word] = value;
}

export function keyLength(memory: Memory, address: number): number {
  return readWord(memory, address, KEY_LENGTH_WORD);
}

/** Where in the entry's buffer its key begins. */
export function keyOffset(memory: Memory, address: number): number {
  const offset = memory.offset(address);
  const meta = memory.words(address)[(offset >>> 2) + META_WORD] as number;
  return (meta & EXPIRES) === 0 ? offset + HEADER_BYTES : offset + HEADER_BYTES + DEADLINE_BYTES;
}

/** Where in the entry's buffer its value begins. */
export function valueOffset(memory: Memory, address: number): number {
  return keyOffset(memory, address) + keyLength(memory, address);
}

/** A copy of the key. */
export function keyOf(memory: Memory, address: number): Buffer {
  const offset = keyOffset(memory, address);
  return Buffer.from(memory.buffer(address).subarray(offset, offset + keyLength(memory, address)));
}

/** When the entry ends, in ms since the epoch; infinite without a deadline. */
export function deadlineOf(memory: Memory, address: number): number {
  const words = memory.words(address);
  const word = memory.offset(address) >>> 2;
  if (((words[word + META_WORD] as number) & EXPIRES) === 0) return NEVER;
  return (words[word + DEADLINE_WORD + 1] as number) * LOW_WORD + ((words[word + DEADLINE_WORD] as number) >>> 0);
}

/** Writes the deadline of an entry that has room for one. */
export function writeDeadline(memory: Memory, address: number, deadlineMs: number): void {
  writeWord(memory, address, DEADLINE_WORD, deadlineMs | 0);
  writeWord(memory, address, DEADLINE_WORD + 1, Math.floor(deadlineMs / LOW_WORD));
}

/** Whether the key of an entry is `bytes[start, end)`. Keys mostly differ at their end, so it looks there first. */
export function keyEquals(memory: Memory, address: number, bytes: Buffer, start: number, end: number): boolean {
  const offset = memory.offset(address);
  const words = memory.words(address);
  const word = offset >>> 2;
  const length = end - start;
  if (words[word] !== length) return false;
  const own = memory.buffer(address);
  const at = offset + (((words[word + META_WORD] as number) & EXPIRES) === 0 ? HEADER_BYTES : HEADER_BYTES + DEADLINE_BYTES);
  for (let i = length - 1; i >= 0; i--) {
    if (own[at + i] !== bytes[start + i]) return false;
  }
  return true;
}

/** Below this a loop copies faster than TypedArray.prototype.set, whose call has a fixed cost. */
const LOOP_COPY_BYTES = 64;

/** Copies `count` bytes. Ranges of one buffer must not overlap. Eight to a turn of the loop take two thirds of the time of one. */
export function copyBytes(source: Buffer, from: number, target: Buffer, at: number, count: number): void {
  if (count > LOOP_COPY_BYTES) {
    target.set(source.subarray(from, from + count), at);
    return;
  }
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const byte = from + i;
    const place = at + i;
    target[place] = source[byte] as number;
    target[place + 1] = source[byte + 1] as number;
    target[place + 2] = source[byte + 2] as number;
    target[place + 3] = source[byte + 3] as number;
    target[place + 4] = source[byte + 4] as number;
    target[place + 5] = source[byte + 5] as number;
    target[place + 6] = source[byte + 6] as number;
    target[place + 7] = source[byte + 7] as number;
  }
  for (; i < count; i++) target[at + i] = source[from + i] as number;
}
