import { copyBytes } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { Slice } from '../memory/slice.js';
import { elementBytes, elementBytesBefore, elementEquals, elementLength, lengthBytes, writeElement } from './element.js';

/**
 * A pack is a sequence of byte strings in one block: what small collections are made of.
 *
 *     word 0      bytes in use, with this header
 *     word 1      how many elements there are
 *     elements    as element.ts lays them out
 *
 * An element is named by its position, which counts from the beginning of the block: it is never 0, stays right when the block
 * moves, and when elements behind it change. What changes a pack returns its address, which may be a new one. Bytes that are put
 * into a pack must not lie in the same pack.
 */
const USED_WORD = 0;
const COUNT_WORD = 1;

/** The position of the first element, if there is one. */
export const FIRST_ELEMENT = 8;

/** No pack may become larger. A large one is slow long before. */
export const MAX_PACK_BYTES = 2 ** 30;

/** An empty pack with room for elements of so many bytes, their lengths included. Error: OutOfMemory. */
export function allocatePack(memory: Memory, bytes = 0): number {
  const pack = memory.allocate(FIRST_ELEMENT + bytes);
  setHeader(memory, pack, FIRST_ELEMENT, 0);
  return pack;
}

/** A pack of `count` elements of another one, from position `at` on: all of them by default. Error: OutOfMemory. */
export function copyPack(memory: Memory, pack: number, at = FIRST_ELEMENT, count = packSize(memory, pack)): number {
  const bytes = skip(memory, pack, at, count) - at;
  const copy = allocatePack(memory, bytes);
  const from = memory.offset(pack) + at;
  copyBytes(memory.buffer(pack), from, memory.buffer(copy), memory.offset(copy) + FIRST_ELEMENT, bytes);
  setHeader(memory, copy, FIRST_ELEMENT + bytes, count);
  return copy;
}

/** How many elements a pack has. */
export function packSize(memory: Memory, pack: number): number {
  return memory.words(pack)[(memory.offset(pack) >>> 2) + COUNT_WORD] as number;
}

/** The position behind the last element, which is also how many bytes of the block are in use. */
export function packEnd(memory: Memory, pack: number): number {
  return memory.words(pack)[(memory.offset(pack) >>> 2) + USED_WORD] as number;
}

// --- Reading

/** The position behind the element at `at`: that of the next one, or the end of the pack. */
export function nextElement(memory: Memory, pack: number, at: number): number {
  return at + elementBytes(elementLength(memory.buffer(pack), memory.offset(pack) + at));
}

/** The position of the element before `at`, or 0 if there is none. */
export function previousElement(memory: Memory, pack: number, at: number): number {
  if (at === FIRST_ELEMENT) return 0;
  return at - elementBytesBefore(memory.buffer(pack), memory.offset(pack) + at);
}

/** The position of the element with an index from 0 to the size less one. Walks from the nearer end. */
export function elementAt(memory: Memory, pack: number, index: number): number {
  const size = packSize(memory, pack);
  if (index < size >>> 1) return skip(memory, pack, FIRST_ELEMENT, index);
  let at = packEnd(memory, pack);
  for (let behind = size - index; behind > 0; behind--) at = previousElement(memory, pack, at);
  return at;
}

/** Sets a slice to the element at `at`, until the pack changes. */
export function readElement(memory: Memory, pack: number, at: number, slice: Slice): Slice {
  const buffer = memory.buffer(pack);
  const from = memory.offset(pack) + at;
  const start = from + lengthBytes(buffer, from);
  return slice.set(buffer, start, start + elementLength(buffer, from));
}

/** Visits all elements in order. The pack must not change meanwhile. */
export function forEachElement(memory: Memory, pack: number, visit: (buffer: Buffer, start: number, end: number) => void): void {
  const buffer = memory.buffer(pack);
  const base = memory.offset(pack);
  const last = base + packEnd(memory, pack);
  for (let from = base + FIRST_ELEMENT; from < last; ) {
    const start = from + lengthBytes(buffer, from);
    const end = start + elementLength(buffer, from);
    visit(buffer, start, end);
    from = end + (start - from);
  }
}

/** Is shown two elements that follow each other, in the same buffer. */
export type PairVisitor = (buffer: Buffer, firstStart: number, firstEnd: number, secondStart: number, secondEnd: number) => void;

/** Visits the elements two by two, in order. The pack must not change meanwhile. */
export function forEachPair(memory: Memory, pack: number, visit: PairVisitor): void {
  const last = packEnd(memory, pack);
  for (let at = FIRST_ELEMENT; at < last; ) at = visitPair(memory, pack, at, visit);
}

/** Visits the element at `at` with the next one, and returns the position behind them. */
export function visitPair(memory: Memory, pack: number, at: number, visit: PairVisitor): number {
  const buffer = memory.buffer(pack);
  const first = memory.offset(pack) + at;
  const firstLength = elementLength(buffer, first);
  const firstStart = first + lengthBytes(buffer, first);
  const second = first + elementBytes(firstLength);
  const secondLength = elementLength(buffer, second);
  const secondStart = second + lengthBytes(buffer, second);
  visit(buffer, firstStart, firstStart + firstLength, secondStart, secondStart + secondLength);
  return at + second - first + elementBytes(secondLength);
}

/** The position of the first element that equals `bytes[start, end)`, or 0. With a step of 2 only every second element is looked at. */
export function findElement(memory: Memory, pack: number, bytes: Buffer, start: number, end: number, step = 1): number {
  const buffer = memory.buffer(pack);
  const base = memory.offset(pack);
  const last = base + packEnd(memory, pack);
  for (let from = base + FIRST_ELEMENT; from < last; ) {
    if (elementEquals(buffer, from, bytes, start, end)) return from - base;
    from += elementBytes(elementLength(buffer, from));
    if (step === 2) from += elementBytes(elementLength(buffer, from));
  }
  return 0;
}

// --- Changing. Error: OutOfMemory, and then the pack is as before.

/** Inserts before the element at `at`, or at the end. The new element is at `at` then. */
export function insertElement(memory: Memory, pack: number, at: number, bytes: Buffer, start: number, end: number): number {
  const moved = splice(memory, pack, at, 0, elementBytes(end - start));
  addToSize(memory, moved, 1);
  put(memory, moved, at, bytes, start, end);
  return moved;
}

/** Inserts two elements as one: both are in the pack then, or none. */
export function insertPair(
  memory: Memory, pack: number, at: number,
  first: Buffer, firstStart: number, firstEnd: number,
  second: Buffer, secondStart: number, secondEnd: number,
): number {
  const firstBytes = elementBytes(firstEnd - firstStart);
  const moved = splice(memory, pack, at, 0, firstBytes + elementBytes(secondEnd - secondStart));
  addToSize(memory, moved, 2);
  put(memory, moved, at, first, firstStart, firstEnd);
  put(memory, moved, at + firstBytes, second, secondStart, secondEnd);
  return moved;
}

export function appendElement(memory: Memory, pack: number, bytes: Buffer, start: number, end: number): number {
  return insertElement(memory, pack, packEnd(memory, pack), bytes, start, end);
}

export function prependElement(memory: Memory, pack: number, bytes: Buffer, start: number, end: number): number {
  return insertElement(memory, pack, FIRST_ELEMENT, bytes, start, end);
}

/** Puts other bytes in the place of the element at `at`. */
export function replaceElement(memory: Memory, pack: number, at: number, bytes: Buffer, start: number, end: number): number {
  const former = elementBytes(elementLength(memory.buffer(pack), memory.offset(pack) + at));
  const moved = splice(memory, pack, at, former, elementBytes(end - start));
  put(memory, moved, at, bytes, start, end);
  return moved;
}

/** Removes `count` elements from the one at `at` on. */
export function removeElements(memory: Memory, pack: number, at: number, count: number): number {
  const bytes = skip(memory, pack, at, count) - at;
  addToSize(memory, pack, -count);
  return splice(memory, pack, at, bytes, 0);
}

// --- The layout

function setHeader(memory: Memory, pack: number, used: number, size: number): void {
  const words = memory.words(pack);
  const word = memory.offset(pack) >>> 2;
  words[word + USED_WORD] = used;
  words[word + COUNT_WORD] = size;
}

function addToSize(memory: Memory, pack: number, change: number): void {
  const words = memory.words(pack);
  const word = (memory.offset(pack) >>> 2) + COUNT_WORD;
  words[word] = (words[word] as number) + change;
}

/** Makes a gap of `inserted` bytes in the place of `removed` ones, and moves what follows. */
function splice(memory: Memory, pack: number, at: number, removed: number, inserted: number): number {
  if (removed === inserted) return pack;
  const used = packEnd(memory, pack);
  const needed = used - removed + inserted;
  const grown = memory.extend(pack, used, needed);
  const base = memory.offset(grown);
  memory.buffer(grown).copyWithin(base + at + inserted, base + at + removed, base + used);
  memory.words(grown)[(base >>> 2) + USED_WORD] = needed;
  return needed < used ? memory.reallocate(grown, needed, needed) : grown;
}

function skip(memory: Memory, pack: number, at: number, count: number): number {
  const buffer = memory.buffer(pack);
  let from = memory.offset(pack) + at;
  for (let left = count; left > 0; left--) from += elementBytes(elementLength(buffer, from));
  return from - memory.offset(pack);
}

function put(memory: Memory, pack: number, at: number, bytes: Buffer, start: number, end: number): void {
  writeElement(memory.buffer(pack), memory.offset(pack) + at, bytes, start, end);
}
