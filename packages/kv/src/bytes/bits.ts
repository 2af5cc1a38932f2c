/**
 * Bitmaps in strings. Bit 0 is the highest of the first byte, as Redis numbers them. Positions may go up to 2^32 and more,
 * so they are divided rather than shifted.
 */

const BITS_PER_WORD = 32;
/** Ranges that are shorter, in bytes, are not worth a view of words. */
const MIN_WORD_BYTES = 64;
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => onesOfWord(byte));

function onesOfWord(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many bits are set among those from `from` on, to before `to`. */
export function countBits(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return 0;
  const first = Math.floor(from / 8);
  const last = Math.floor((to - 1) / 8);
  const before = ONES[bytes[first]! & ~(0xff >> from % 8)]!;
  const after = ONES[bytes[last]! & (0x7f >> (to - 1) % 8)]!;
  return countOnes(bytes, first, last + 1) - before - after;
}

function countOnes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < MIN_WORD_BYTES) return countByBytes(bytes, start, end);
  const wordsStart = start + (-(bytes.byteOffset + start) & 3);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + wordsStart, Math.floor((end - wordsStart) / 4));
  let count = 0;
  for (let i = 0; i < words.length; i++) count += onesOfWord(words[i]!);
  return count + countByBytes(bytes, start, wordsStart) + countByBytes(bytes, wordsStart + words.byteLength, end);
}

function countByBytes(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) count += ONES[bytes[at]!]!;
  return count;
}

/** The position of the first bit that is `bit`, 0 or 1, from `from` on, to before `to`; -1 if there is none. */
export function findBit(bytes: Uint8Array, bit: number, from: number, to: number): number {
  const uniform = bit === 1 ? 0x00 : 0xff;
  const end = Math.ceil(to / 8);
  let mask = 0xff >> from % 8;
  for (let at = Math.floor(from / 8); at < end; at++) {
    const wanted = (bytes[at]! ^ uniform) & mask;
    if (wanted !== 0) {
      const found = at * 8 + Math.clz32(wanted) - (BITS_PER_WORD - 8);
      return found < to ? found : -1;
    }
    mask = 0xff;
    // Where a word can follow, most of a long bitmap is passed over four bytes at a time.
    if (((bytes.byteOffset + at + 1) & 3) === 0) at = endOfUniform(bytes, at + 1, end, uniform) - 1;
  }
  return -1;
}

/** Where the words end that have the byte `uniform` four times, in `bytes[start, end)`. */
function endOfUniform(bytes: Uint8Array, start: number, end: number, uniform: number): number {
  const pattern = uniform === 0 ? 0 : -1;
  if (end - start < MIN_WORD_BYTES) return start;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, (end - start) >>> 2);
  let passed = 0;
  while (passed < words.length && words[passed] === pattern) passed++;
  return start + passed * 4;
}

export type BitOperation = 'and' | 'or' | 'xor';

/** Strings combined bit by bit, as long as the longest of them; where others end they count as zeros. */
export function combineBits(operation: BitOperation, sources: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(sources.reduce((longest, { length }) => Math.max(longest, length), 0));
  const [first, ...others] = sources;
  if (first !== undefined) result.set(first);
  for (const source of others) {
    if (operation === 'and') and(result, source);
    else if (operation === 'or') or(result, source);
    else xor(result, source);
  }
  return result;
}

function and(target: Uint8Array, source: Uint8Array): void {
  for (let at = 0; at < source.length; at++) target[at]! &= source[at]!;
  target.fill(0, source.length);
}

function or(target: Uint8Array, source: Uint8Array): void {
  for (let at = 0; at < source.length; at++) target[at]! |= source[at]!;
}

function xor(target: Uint8Array, source: Uint8Array): void {
  for (let at = 0; at < source.length; at++) target[at]! ^= source[at]!;
}

/** All bits the other way around. */
export function invertBits(source: Uint8Array): Uint8Array {
  const result = new Uint8Array(source.length);
  for (let at = 0; at < source.length; at++) result[at] = ~source[at]!;
  return result;
}
