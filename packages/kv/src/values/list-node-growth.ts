import { copyBytes } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import { elementBytes, writeElement } from './element.js';
import {
  BEGIN_WORD, bytesInUse, COUNT_WORD, END_WORD, type ListEnd, NODE_HEADER_BYTES, nextNode, nodeBegin, nodeEnd, nodeSize, previousNode,
  setNeighbours, setRange, setSize,
} from './list-node.js';

/**
 * The node with room for an element of `bytes` at one end, which may have moved; 0 if it is full, as it may take a block of up to
 * `limit` bytes. Its neighbours are not told. Error: OutOfMemory.
 *
 * Elements are moved to the other end only where they take less than half of the block: that is paid for by those that come then.
 */
export function withRoom(memory: Memory, node: number, at: ListEnd, bytes: number, limit: number): number {
  const capacity = memory.capacity(node);
  if (at === 'tail' ? nodeEnd(memory, node) + bytes <= capacity : nodeBegin(memory, node) - bytes >= NODE_HEADER_BYTES) return node;
  const used = bytesInUse(memory, node);
  if (used + bytes <= capacity && used * 2 <= capacity) {
    shift(memory, node, at === 'tail' ? NODE_HEADER_BYTES : capacity - (used - NODE_HEADER_BYTES));
    return node;
  }
  return capacity < limit ? grownNode(memory, node, at, bytes, limit) : 0;
}

/** The node in a larger block, with room for an element of `bytes` and some more at one end; 0 if `limit` does not allow it. Error: OutOfMemory. */
export function grownNode(memory: Memory, node: number, at: ListEnd, bytes: number, limit: number): number {
  const needed = bytesInUse(memory, node) + bytes;
  return needed > limit ? 0 : resizeNode(memory, node, Math.min(limit, needed + (needed >>> 1)), at);
}

/** The same elements in a block of so many bytes, with the free room where it is wanted. Its neighbours are not told. Error: OutOfMemory. */
export function resizeNode(memory: Memory, node: number, bytes: number, room: ListEnd | 'both'): number {
  const from = nodeBegin(memory, node);
  const used = nodeEnd(memory, node) - from;
  const moved = memory.allocate(bytes);
  const free = memory.capacity(moved) - NODE_HEADER_BYTES - used;
  const begin = NODE_HEADER_BYTES + (room === 'tail' ? 0 : room === 'head' ? free : free >>> 1);
  copyBytes(memory.buffer(node), memory.offset(node) + from, memory.buffer(moved), memory.offset(moved) + begin, used);
  setNeighbours(memory, moved, previousNode(memory, node), nextNode(memory, node));
  setSize(memory, moved, nodeSize(memory, node));
  setRange(memory, moved, begin, begin + used);
  memory.free(node);
  return moved;
}

/** Adds an element at one end, where there is room for it. Reads and writes the header in place, for this is LPUSH. */
export function addElement(memory: Memory, node: number, at: ListEnd, bytes: Buffer, start: number, end: number): void {
  const words = memory.words(node);
  const offset = memory.offset(node);
  const word = offset >>> 2;
  const size = elementBytes(end - start);
  let position = words[word + END_WORD] as number;
  if (at === 'tail') words[word + END_WORD] = position + size;
  else words[word + BEGIN_WORD] = position = (words[word + BEGIN_WORD] as number) - size;
  words[word + COUNT_WORD] = (words[word + COUNT_WORD] as number) + 1;
  writeElement(memory.buffer(node), offset + position, bytes, start, end);
}

/** Inserts an element before the one at `at`. Its block must be large enough, wherever the free room is. */
export function insertElement(memory: Memory, node: number, at: number, bytes: Buffer, start: number, end: number): void {
  const gap = openGap(memory, node, at, elementBytes(end - start));
  setSize(memory, node, nodeSize(memory, node) + 1);
  writeElement(memory.buffer(node), memory.offset(node) + gap, bytes, start, end);
}

/** Moves the smaller part of the elements away from `at`, if the free room is there, and returns where the gap is. */
function openGap(memory: Memory, node: number, at: number, bytes: number): number {
  const begin = nodeBegin(memory, node);
  const stop = nodeEnd(memory, node);
  const fitsBefore = begin - bytes >= NODE_HEADER_BYTES;
  const fitsBehind = stop + bytes <= memory.capacity(node);
  if (!fitsBefore && !fitsBehind) {
    shift(memory, node, NODE_HEADER_BYTES);
    return openGap(memory, node, at - begin + NODE_HEADER_BYTES, bytes);
  }
  const base = memory.offset(node);
  if (fitsBefore && (!fitsBehind || at - begin < stop - at)) {
    memory.buffer(node).copyWithin(base + begin - bytes, base + begin, base + at);
    setRange(memory, node, begin - bytes, stop);
    return at - bytes;
  }
  memory.buffer(node).copyWithin(base + at + bytes, base + at, base + stop);
  setRange(memory, node, begin, stop + bytes);
  return at;
}

/** Moves all elements, so that they begin at `begin`. */
function shift(memory: Memory, node: number, begin: number): void {
  const from = nodeBegin(memory, node);
  const stop = nodeEnd(memory, node);
  const base = memory.offset(node);
  memory.buffer(node).copyWithin(base + begin, base + from, base + stop);
  setRange(memory, node, begin, begin + stop - from);
}
