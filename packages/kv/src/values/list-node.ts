import { copyBytes, readWord, writeWord } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { Slice } from '../memory/slice.js';
import { elementBytes, elementBytesBefore, elementLength, lengthBytes } from './element.js';

/**
 * A node of a list: elements that follow each other in one block, with free room before and behind them, so that the list grows and
 * shrinks at both ends without moving what is between.
 *
 *     word 0      the node before it, or 0
 *     word 1      the node behind it, or 0
 *     word 2      how many elements there are
 *     word 3, 4   where the first element begins and the last one ends, from the beginning of the block
 *     free room, elements as element.ts lays them out, free room
 *
 * An element is named by its position, which counts from the beginning of the block. Bytes that are put into a node must not lie in it.
 */
const PREVIOUS_WORD = 0;
const NEXT_WORD = 1;
export const COUNT_WORD = 2;
export const BEGIN_WORD = 3;
export const END_WORD = 4;
export const NODE_HEADER_BYTES = 20;

/** Where something is put in or taken out. */
export type ListEnd = 'head' | 'tail';

/** Is shown an element, until its list changes. */
export type ElementVisitor = (buffer: Buffer, start: number, end: number) => void;

/** A node without elements and neighbours, with room for elements of so many bytes that come from one side. Error: OutOfMemory. */
export function allocateNode(memory: Memory, bytes: number, from: ListEnd): number {
  const node = memory.allocate(NODE_HEADER_BYTES + bytes);
  setNeighbours(memory, node, 0, 0);
  setSize(memory, node, 0);
  const begin = from === 'tail' ? NODE_HEADER_BYTES : memory.capacity(node);
  setRange(memory, node, begin, begin);
  return node;
}

/** A node without neighbours that has the same elements from position `at` on, which are `count`, and no free room. Error: OutOfMemory. */
export function copyNode(memory: Memory, node: number, at = nodeBegin(memory, node), count = nodeSize(memory, node)): number {
  const bytes = nodeEnd(memory, node) - at;
  const copy = allocateNode(memory, bytes, 'tail');
  copyBytes(memory.buffer(node), memory.offset(node) + at, memory.buffer(copy), memory.offset(copy) + NODE_HEADER_BYTES, bytes);
  setRange(memory, copy, NODE_HEADER_BYTES, NODE_HEADER_BYTES + bytes);
  setSize(memory, copy, count);
  return copy;
}

// --- The header

export function previousNode(memory: Memory, node: number): number {
  return readWord(memory, node, PREVIOUS_WORD);
}

export function nextNode(memory: Memory, node: number): number {
  return readWord(memory, node, NEXT_WORD);
}

export function setPrevious(memory: Memory, node: number, previous: number): void {
  writeWord(memory, node, PREVIOUS_WORD, previous);
}

export function setNext(memory: Memory, node: number, next: number): void {
  writeWord(memory, node, NEXT_WORD, next);
}

export function setNeighbours(memory: Memory, node: number, previous: number, next: number): void {
  setPrevious(memory, node, previous);
  setNext(memory, node, next);
}

/** How many elements a node has. */
export function nodeSize(memory: Memory, node: number): number {
  return readWord(memory, node, COUNT_WORD);
}

export function setSize(memory: Memory, node: number, size: number): void {
  writeWord(memory, node, COUNT_WORD, size);
}

/** The position of the first element. */
export function nodeBegin(memory: Memory, node: number): number {
  return readWord(memory, node, BEGIN_WORD);
}

/** The position behind the last element. */
export function nodeEnd(memory: Memory, node: number): number {
  return readWord(memory, node, END_WORD);
}

/** Where the elements begin and end. */
export function setRange(memory: Memory, node: number, begin: number, end: number): void {
  writeWord(memory, node, BEGIN_WORD, begin);
  writeWord(memory, node, END_WORD, end);
}

/** The block that its elements need. */
export function bytesInUse(memory: Memory, node: number): number {
  return NODE_HEADER_BYTES + nodeEnd(memory, node) - nodeBegin(memory, node);
}

// --- Reading

/** The position of the element that begins (coming from the head) or ends (from the tail) where `edge` is; 0 if there is none. */
export function elementBeside(memory: Memory, node: number, edge: number, from: ListEnd): number {
  if (from === 'head') return edge < nodeEnd(memory, node) ? edge : 0;
  return edge > nodeBegin(memory, node) ? edge - elementBytesBefore(memory.buffer(node), memory.offset(node) + edge) : 0;
}

/** Where a walk from one end begins. */
export function outerEdge(memory: Memory, node: number, from: ListEnd): number {
  return from === 'head' ? nodeBegin(memory, node) : nodeEnd(memory, node);
}

/** The other edge of the element at `at`. */
export function farEdge(memory: Memory, node: number, at: number, from: ListEnd): number {
  return from === 'head' ? at + elementBytes(elementLength(memory.buffer(node), memory.offset(node) + at)) : at;
}

/** The position of the element with an index from 0 to the size. Walks from the nearer end. */
export function positionOf(memory: Memory, node: number, index: number): number {
  const size = nodeSize(memory, node);
  const buffer = memory.buffer(node);
  const base = memory.offset(node);
  if (index < size >>> 1) {
    let from = base + nodeBegin(memory, node);
    for (let left = index; left > 0; left--) from += elementBytes(elementLength(buffer, from));
    return from - base;
  }
  let to = base + nodeEnd(memory, node);
  for (let left = size - index; left > 0; left--) to -= elementBytesBefore(buffer, to);
  return to - base;
}

/** Sets a slice to the element at `at`, until the list changes. */
export function readElement(memory: Memory, node: number, at: number, slice: Slice): Slice {
  const buffer = memory.buffer(node);
  const from = memory.offset(node) + at;
  const start = from + lengthBytes(buffer, from);
  return slice.set(buffer, start, start + elementLength(buffer, from));
}

/** Visits up to `count` elements from the one at `at` on, and returns how many there were. */
export function visitElements(memory: Memory, node: number, at: number, count: number, visit: ElementVisitor): number {
  const buffer = memory.buffer(node);
  const stop = memory.offset(node) + nodeEnd(memory, node);
  let visited = 0;
  for (let from = memory.offset(node) + at; from < stop && visited < count; visited++) {
    const margin = lengthBytes(buffer, from);
    const end = from + margin + elementLength(buffer, from);
    visit(buffer, from + margin, end);
    from = end + margin;
  }
  return visited;
}
