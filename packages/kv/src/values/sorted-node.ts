import type { Memory } from '../memory/memory.js';
import type { SortedBound } from './sorted-bound.js';

/**
 * The nodes of a SortedIndex: blocks of one size, so that what one gives back serves any other.
 *
 *     word 0      how many slots are taken
 *     byte 16     a score for each slot, as a double
 *     then        an entry for each slot
 *     then        in inner nodes a child and the count of what lies below it, for each slot
 *
 * In a leaf a slot is a member of the set, in an inner node a child, whose first score and first entry it repeats: a search
 * reads a child only to go down into it.
 */
export const NODE_BYTES = 512;
export const LEAF_SLOTS = 41;
export const INNER_SLOTS = 24;

const HEADER_WORDS = 4;
const HEADER_DOUBLES = 2;
/** Columns of words that stand behind the scores. */
const ENTRY = 0;
const CHILD = 1;
const COUNT = 2;
const LEAF_COLUMNS = 1;
const INNER_COLUMNS = 3;

export function slotsAt(height: number): number {
  return height === 0 ? LEAF_SLOTS : INNER_SLOTS;
}

export function allocateNode(memory: Memory): number {
  const node = memory.allocate(NODE_BYTES);
  setSlotCount(memory, node, 0);
  return node;
}

export function slotCount(memory: Memory, node: number): number {
  return memory.words(node)[memory.offset(node) >>> 2] as number;
}

export function setSlotCount(memory: Memory, node: number, count: number): void {
  memory.words(node)[memory.offset(node) >>> 2] = count;
}

export function scoreAt(memory: Memory, node: number, slot: number): number {
  return memory.doubles(node)[(memory.offset(node) >>> 3) + HEADER_DOUBLES + slot] as number;
}

export function setScore(memory: Memory, node: number, slot: number, score: number): void {
  memory.doubles(node)[(memory.offset(node) >>> 3) + HEADER_DOUBLES + slot] = score;
}

export function entryAt(memory: Memory, node: number, height: number, slot: number): number {
  return memory.words(node)[columnOf(memory, node, height, ENTRY) + slot] as number;
}

export function childAt(memory: Memory, node: number, slot: number): number {
  return memory.words(node)[columnOf(memory, node, 1, CHILD) + slot] as number;
}

export function countAt(memory: Memory, node: number, slot: number): number {
  return memory.words(node)[columnOf(memory, node, 1, COUNT) + slot] as number;
}

/** How many members lie below the first `slots` slots of an inner node. */
export function countBefore(memory: Memory, node: number, slots: number): number {
  const words = memory.words(node);
  const counts = columnOf(memory, node, 1, COUNT);
  let sum = 0;
  for (let slot = 0; slot < slots; slot++) sum += words[counts + slot] as number;
  return sum;
}

/** The slot of an inner node whose child holds what has a rank in the node. */
export function slotOfRank(memory: Memory, node: number, rank: number): number {
  const words = memory.words(node);
  const counts = columnOf(memory, node, 1, COUNT);
  let slot = 0;
  for (let left = rank - (words[counts] as number); left >= 0; left -= words[counts + slot] as number) slot++;
  return slot;
}

/** Visits a range of a leaf's slots; if `reversed`, they count from the last one. */
export function visitEntries(memory: Memory, leaf: number, from: number, to: number, reversed: boolean, visit: (entry: number) => void): void {
  const words = memory.words(leaf);
  const first = columnOf(memory, leaf, 0, ENTRY);
  const last = first + slotCount(memory, leaf) - 1;
  for (let i = from; i < to; i++) visit(words[reversed ? last - i : first + i] as number);
}

/** How many slots of a node lie below a bound. */
export function slotsBelow(memory: Memory, node: number, height: number, bound: SortedBound): number {
  const scores = memory.doubles(node);
  const firstScore = (memory.offset(node) >>> 3) + HEADER_DOUBLES;
  const words = memory.words(node);
  const firstEntry = columnOf(memory, node, height, ENTRY);
  const { score } = bound;
  let low = 0;
  let high = slotCount(memory, node);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[firstScore + middle] as number;
    if (other < score) low = middle + 1;
    else if (other > score) high = middle;
    else if (bound.isAboveEntry(memory, words[firstEntry + middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a member into a slot of a leaf that has room; what is there moves up. */
export function insertMember(memory: Memory, leaf: number, slot: number, score: number, entry: number): void {
  openSlot(memory, leaf, 0, slot);
  setScore(memory, leaf, slot, score);
  memory.words(leaf)[columnOf(memory, leaf, 0, ENTRY) + slot] = entry;
}

/** Puts a child into a slot of an inner node that has room; what is there moves up. */
export function insertChild(memory: Memory, node: number, slot: number, child: number, childHeight: number): void {
  openSlot(memory, node, 1, slot);
  memory.words(node)[columnOf(memory, node, 1, CHILD) + slot] = child;
  const slots = slotCount(memory, child);
  setCount(memory, node, slot, childHeight === 0 ? slots : countBefore(memory, child, slots));
  updateFirst(memory, node, slot, childHeight);
}

export function setCount(memory: Memory, node: number, slot: number, count: number): void {
  memory.words(node)[columnOf(memory, node, 1, COUNT) + slot] = count;
}

/** Repeats in an inner node what its child begins with now, unless that is empty. */
export function updateFirst(memory: Memory, node: number, slot: number, childHeight: number): void {
  const child = childAt(memory, node, slot);
  if (slotCount(memory, child) === 0) return;
  memory.words(node)[columnOf(memory, node, 1, ENTRY) + slot] = entryAt(memory, child, childHeight, 0);
  setScore(memory, node, slot, scoreAt(memory, child, 0));
}

/** Takes out the slots [from, to); what follows moves down. */
export function removeSlots(memory: Memory, node: number, height: number, from: number, to: number): void {
  const count = slotCount(memory, node);
  moveSlots(memory, node, to, node, from, count - to, height);
  setSlotCount(memory, node, count - (to - from));
}

/** Moves the slots of `source` from `from` on to the end of `target`, a node of the same height. */
export function appendSlots(memory: Memory, source: number, from: number, target: number, height: number): void {
  const moved = slotCount(memory, source) - from;
  const count = slotCount(memory, target);
  moveSlots(memory, source, from, target, count, moved, height);
  setSlotCount(memory, source, from);
  setSlotCount(memory, target, count + moved);
}

function openSlot(memory: Memory, node: number, height: number, slot: number): void {
  const count = slotCount(memory, node);
  const scores = memory.doubles(node);
  const firstScore = (memory.offset(node) >>> 3) + HEADER_DOUBLES;
  for (let at = firstScore + count; at > firstScore + slot; at--) scores[at] = scores[at - 1] as number;
  const words = memory.words(node);
  for (let column = 0; column < columnsAt(height); column++) {
    const first = columnOf(memory, node, height, column);
    for (let at = first + count; at > first + slot; at--) words[at] = words[at - 1] as number;
  }
  setSlotCount(memory, node, count + 1);
}

/** Copies slots from one node to another one, or downwards in the same. */
function moveSlots(memory: Memory, source: number, from: number, target: number, to: number, count: number, height: number): void {
  const sourceScores = memory.doubles(source);
  const targetScores = memory.doubles(target);
  const sourceScore = (memory.offset(source) >>> 3) + HEADER_DOUBLES + from;
  const targetScore = (memory.offset(target) >>> 3) + HEADER_DOUBLES + to;
  for (let slot = 0; slot < count; slot++) targetScores[targetScore + slot] = sourceScores[sourceScore + slot] as number;
  const sourceWords = memory.words(source);
  const targetWords = memory.words(target);
  for (let column = 0; column < columnsAt(height); column++) {
    const sourceFirst = columnOf(memory, source, height, column) + from;
    const targetFirst = columnOf(memory, target, height, column) + to;
    for (let slot = 0; slot < count; slot++) targetWords[targetFirst + slot] = sourceWords[sourceFirst + slot] as number;
  }
}

function columnsAt(height: number): number {
  return height === 0 ? LEAF_COLUMNS : INNER_COLUMNS;
}

/** Where in the node's words a column begins. */
function columnOf(memory: Memory, node: number, height: number, column: number): number {
  return (memory.offset(node) >>> 2) + HEADER_WORDS + slotsAt(height) * (2 + column);
}
