import { crc32 as crc32OfBytes } from 'node:zlib';

/**
 * CRC-32 as zlib, gzip and Ethernet have it: polynomial 04c11db7, reflected, inverted before and after. zlib's own is eight times
 * as fast on a megabyte, but a call costs as much as a hundred bytes do here.
 */
const POLYNOMIAL = 0xedb88320 | 0;
const SHORT_BYTES = 192;

/** Four tables, so that four bytes are one step ("slicing by 4"): the k-th is of a byte that k zero bytes follow. */
const TABLES = tables();
const [FIRST, SECOND, THIRD, FOURTH] = TABLES as [Int32Array, Int32Array, Int32Array, Int32Array];

function tables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (-(crc & 1) & POLYNOMIAL);
    return crc;
  });
  const followed = (table: Int32Array): Int32Array => table.map((crc) => (crc >>> 8) ^ first[crc & 0xff]!);
  const second = followed(first);
  const third = followed(second);
  return [first, second, third, followed(third)];
}

/** The checksum of `bytes[start, end)`, without sign. */
export function crc32(bytes: Buffer, start: number, end: number): number {
  if (end - start > SHORT_BYTES) return crc32OfBytes(bytes.subarray(start, end));
  let state = -1;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    state = stepOfWord(state, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  for (; at < end; at++) state = (state >>> 8) ^ FIRST[(state ^ bytes[at]!) & 0xff]!;
  return ~state >>> 0;
}

/** One step over four bytes that are a little-endian word: the sum of numbers, without writing them down first. */
export function stepOfWord(state: number, word: number): number {
  const mixed = state ^ word;
  return FOURTH[mixed & 0xff]! ^ THIRD[(mixed >>> 8) & 0xff]! ^ SECOND[(mixed >>> 16) & 0xff]! ^ FIRST[mixed >>> 24]!;
}

/** Takes a step of `stepOfWord` back: from the state behind it to the one before. */
export function stepBackOverWord(state: number, word: number): number {
  for (let bit = 0; bit < 32; bit++) state = state < 0 ? ((state ^ POLYNOMIAL) << 1) | 1 : state << 1;
  return state ^ word;
}
