import { copyBytes } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { Int64 } from './int64.js';

/**
 * An int set is a block with integers in ascending order, all of the same width: that of the widest there has been.
 *
 *     word 0      how many integers there are
 *     word 1      the width of each: 2, 4 or 8 bytes
 *     integers    little-endian
 *
 * What changes an int set returns its address, which may be a new one.
 */
const COUNT_WORD = 0;
const WIDTH_WORD = 1;
const HEADER_BYTES = 8;
const FIRST_WIDTH = 2;

/** An empty int set. Error: OutOfMemory. */
export function allocateIntSet(memory: Memory): number {
  return allocateOf(memory, 0, FIRST_WIDTH);
}

export function copyIntSet(memory: Memory, set: number): number {
  const size = intSetSize(memory, set);
  const width = widthOf(memory, set);
  const copy = allocateOf(memory, size, width);
  copyBytes(memory.buffer(set), memory.offset(set), memory.buffer(copy), memory.offset(copy), HEADER_BYTES + size * width);
  return copy;
}

export function intSetSize(memory: Memory, set: number): number {
  return memory.words(set)[(memory.offset(set) >>> 2) + COUNT_WORD] as number;
}

/** Reads the integer with an index from 0 to the size less one. */
export function readInteger(memory: Memory, set: number, index: number, into: Int64): Int64 {
  const width = widthOf(memory, set);
  const words = memory.words(set);
  const at = memory.offset(set) + HEADER_BYTES + index * width;
  into.low = lowWord(words, at, width);
  into.high = highWord(words, at, width);
  return into;
}

/** The index of an integer; if it is not there, the complement (~) of the index where it belongs. */
export function findInteger(memory: Memory, set: number, integer: Int64): number {
  const size = intSetSize(memory, set);
  const width = widthOf(memory, set);
  if (integer.width > width) return ~(integer.high < 0 ? 0 : size);
  const words = memory.words(set);
  const base = memory.offset(set) + HEADER_BYTES;
  let from = 0;
  let to = size;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const at = base + middle * width;
    const order = integer.compare(highWord(words, at, width), lowWord(words, at, width));
    if (order === 0) return middle;
    if (order > 0) from = middle + 1;
    else to = middle;
  }
  return ~from;
}

/** Puts an integer at the index where it belongs. Error: OutOfMemory, and then the int set is as before. */
export function insertInteger(memory: Memory, set: number, index: number, integer: Int64): number {
  const wide = integer.width > widthOf(memory, set) ? widen(memory, set, integer.width) : set;
  const size = intSetSize(memory, wide);
  const width = widthOf(memory, wide);
  const used = HEADER_BYTES + size * width;
  const grown = memory.extend(wide, used, used + width);
  const at = memory.offset(grown) + HEADER_BYTES + index * width;
  memory.buffer(grown).copyWithin(at + width, at, memory.offset(grown) + used);
  setSize(memory, grown, size + 1);
  writeInteger(memory, grown, index, integer.high, integer.low);
  return grown;
}

/** Removes the integer at an index. */
export function removeInteger(memory: Memory, set: number, index: number): number {
  const size = intSetSize(memory, set);
  const width = widthOf(memory, set);
  const used = HEADER_BYTES + size * width;
  const at = memory.offset(set) + HEADER_BYTES + index * width;
  memory.buffer(set).copyWithin(at, at + width, memory.offset(set) + used);
  setSize(memory, set, size - 1);
  return memory.reallocate(set, used - width, used - width);
}

// --- The layout

function allocateOf(memory: Memory, size: number, width: number): number {
  const set = memory.allocate(HEADER_BYTES + size * width);
  const word = memory.offset(set) >>> 2;
  memory.words(set)[word + COUNT_WORD] = size;
  memory.words(set)[word + WIDTH_WORD] = width;
  return set;
}

function setSize(memory: Memory, set: number, size: number): void {
  memory.words(set)[(memory.offset(set) >>> 2) + COUNT_WORD] = size;
}

function widthOf(memory: Memory, set: number): number {
  return memory.words(set)[(memory.offset(set) >>> 2) + WIDTH_WORD] as number;
}

/** An int set with the same integers and room for one more, of a greater width. */
function widen(memory: Memory, set: number, width: number): number {
  const size = intSetSize(memory, set);
  const wide = allocateOf(memory, size + 1, width);
  setSize(memory, wide, size);
  const words = memory.words(set);
  const from = memory.offset(set) + HEADER_BYTES;
  const narrow = widthOf(memory, set);
  for (let index = 0; index < size; index++) {
    const at = from + index * narrow;
    writeInteger(memory, wide, index, highWord(words, at, narrow), lowWord(words, at, narrow));
  }
  memory.free(set);
  return wide;
}

function lowWord(words: Int32Array, at: number, width: number): number {
  const word = words[at >>> 2] as number;
  if (width !== 2) return word;
  return ((at & 2) === 0 ? word << 16 : word) >> 16;
}

function highWord(words: Int32Array, at: number, width: number): number {
  return width === 8 ? (words[(at >>> 2) + 1] as number) : lowWord(words, at, width) >> 31;
}

function writeInteger(memory: Memory, set: number, index: number, high: number, low: number): void {
  const width = widthOf(memory, set);
  const at = memory.offset(set) + HEADER_BYTES + index * width;
  if (width === 2) {
    memory.buffer(set).writeInt16LE(low, at);
    return;
  }
  memory.words(set)[at >>> 2] = low;
  if (width === 8) memory.words(set)[(at >>> 2) + 1] = high;
}
