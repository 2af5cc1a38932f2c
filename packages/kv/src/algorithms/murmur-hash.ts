/**
 * MurmurHash64A (Austin Appleby's MurmurHash2 for 64 bits), by which HyperLogLogs count. The words are kept in halves of
 * 32 bits, as a bigint for each step would be garbage.
 */
const MULTIPLIER_LOW = 0x5bd1e995;
const MULTIPLIER_HIGH = 0xc6a4a793 | 0;
/** The halves of the lower half. */
const MULTIPLIER_LOWEST = MULTIPLIER_LOW & 0xffff;
const MULTIPLIER_MIDDLE = MULTIPLIER_LOW >>> 16;

/** Hashes `bytes[start, end)` and leaves the lower half of the hash in `hash[0]`, the higher one in `hash[1]`. */
export function murmurHash64A(bytes: Uint8Array, start: number, end: number, seed: number, hash: Int32Array): void {
  hash[0] = end - start;
  hash[1] = 0;
  multiply(hash);
  let low = hash[0] ^ seed;
  let high = hash[1];
  const tail = end - ((end - start) & 7);
  for (let at = start; at < tail; at += 8) {
    mixWord(hash, bytes, at);
    hash[0] ^= low;
    hash[1] ^= high;
    multiply(hash);
    low = hash[0]!;
    high = hash[1]!;
  }
  hash[0] = low ^ partOfWord(bytes, tail, Math.min(end, tail + 4));
  hash[1] = high ^ partOfWord(bytes, tail + 4, end);
  if (tail < end) multiply(hash);
  fold(hash);
  multiply(hash);
  fold(hash);
}

function mixWord(hash: Int32Array, bytes: Uint8Array, at: number): void {
  hash[0] = partOfWord(bytes, at, at + 4);
  hash[1] = partOfWord(bytes, at + 4, at + 8);
  multiply(hash);
  fold(hash);
  multiply(hash);
}

function partOfWord(bytes: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let at = start, shift = 0; at < end; at++, shift += 8) word |= bytes[at]! << shift;
  return word;
}

/** x ^= x >> 47 */
function fold(x: Int32Array): void {
  x[0] = x[0]! ^ (x[1]! >>> 15);
}

/** x *= 0xc6a4a7935bd1e995, of which the lower half of x makes 64 bits, as four products of 16 bits, and the higher one 32. */
function multiply(x: Int32Array): void {
  const low = x[0]!;
  const lowest = Math.imul(low & 0xffff, MULTIPLIER_LOWEST);
  const middle = Math.imul(low >>> 16, MULTIPLIER_LOWEST) + (lowest >>> 16);
  const carried = (middle & 0xffff) + Math.imul(low & 0xffff, MULTIPLIER_MIDDLE);
  const upper = Math.imul(low, MULTIPLIER_HIGH) + Math.imul(x[1]!, MULTIPLIER_LOW);
  x[0] = (carried << 16) | (lowest & 0xffff);
  x[1] = upper + Math.imul(low >>> 16, MULTIPLIER_MIDDLE) + (middle >>> 16) + (carried >>> 16);
}
