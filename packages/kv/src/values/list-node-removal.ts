import type { Memory } from '../memory/memory.js';
import { OutOfMemory } from '../memory/out-of-memory.js';
import { elementBytes, elementBytesBefore, elementEquals, elementLength } from './element.js';
import { resizeNode } from './list-node-growth.js';
import {
  BEGIN_WORD, bytesInUse, COUNT_WORD, elementBeside, END_WORD, farEdge, type ListEnd, nodeBegin, nodeEnd, nodeSize, outerEdge, positionOf,
  setRange, setSize,
} from './list-node.js';

/** A smaller block is not worth shrinking. */
const SMALL_BYTES = 128;

/** Takes out `count` elements, those between two positions, and returns the position of what was behind them. The smaller rest is moved. */
export function cutElements(memory: Memory, node: number, from: number, to: number, count: number): number {
  const begin = nodeBegin(memory, node);
  const stop = nodeEnd(memory, node);
  const base = memory.offset(node);
  setSize(memory, node, nodeSize(memory, node) - count);
  if (from - begin < stop - to) {
    const moved = begin + to - from;
    if (from > begin) memory.buffer(node).copyWithin(base + moved, base + begin, base + from);
    setRange(memory, node, moved, stop);
    return to;
  }
  if (to < stop) memory.buffer(node).copyWithin(base + from, base + to, base + stop);
  setRange(memory, node, begin, stop - (to - from));
  return from;
}

/** Takes out the outermost element of one end. Reads and writes the header in place, for this is LPOP. */
function dropElement(memory: Memory, node: number, at: ListEnd): void {
  const words = memory.words(node);
  const offset = memory.offset(node);
  const word = offset >>> 2;
  const begin = words[word + BEGIN_WORD] as number;
  const end = words[word + END_WORD] as number;
  const buffer = memory.buffer(node);
  if (at === 'head') words[word + BEGIN_WORD] = begin + elementBytes(elementLength(buffer, offset + begin));
  else words[word + END_WORD] = end - elementBytesBefore(buffer, offset + end);
  words[word + COUNT_WORD] = (words[word + COUNT_WORD] as number) - 1;
}

/** Takes out the outermost `count` elements of one end. */
export function dropElements(memory: Memory, node: number, at: ListEnd, count: number): void {
  if (count === 1) return dropElement(memory, node, at);
  const from = at === 'head' ? nodeBegin(memory, node) : positionOf(memory, node, nodeSize(memory, node) - count);
  const to = at === 'head' ? positionOf(memory, node, count) : nodeEnd(memory, node);
  cutElements(memory, node, from, to, count);
}

/** Takes out elements that are `bytes[start, end)`: the first ones from one end on, up to `limit`. Returns how many. */
export function cutEqual(memory: Memory, node: number, from: ListEnd, limit: number, bytes: Buffer, start: number, end: number): number {
  const buffer = memory.buffer(node);
  const base = memory.offset(node);
  const size = elementBytes(end - start);
  let count = 0;
  let edge = outerEdge(memory, node, from);
  for (let at = elementBeside(memory, node, edge, from); at !== 0 && count < limit; at = elementBeside(memory, node, edge, from)) {
    if (elementEquals(buffer, base + at, bytes, start, end)) {
      edge = cutElements(memory, node, at, at + size, 1);
      count++;
    } else {
      edge = farEdge(memory, node, at, from);
    }
  }
  return count;
}

/** The node in a smaller block, if it takes but a quarter of its own. Room is left for as much again, at both ends. */
export function shrunk(memory: Memory, node: number): number {
  const capacity = memory.capacity(node);
  const used = bytesInUse(memory, node);
  if (capacity <= SMALL_BYTES || used * 4 > capacity) return node;
  try {
    return resizeNode(memory, node, used * 2, 'both');
  } catch (error) {
    // What is to be removed must not fail for want of a smaller block.
    if (error instanceof OutOfMemory) return node;
    throw error;
  }
}
