import type { Memory } from './memory.js';

/** A slot is two words: the hash, and the address of the entry with the caller's mark in its sign bit; 0 if it is empty. */
export const SLOT_WORDS = 2;
export const SLOT_BYTES = 8;
export const ADDRESS = 0x7fffffff;
/** The sign bit of a slot's second word, free for the owner. */
export const MARK = 0x80000000 | 0;

/** The depth is the low byte of its word, the count of marks is above it. */
const DEPTH_BITS = 0xff;
const ONE_MARK = 0x100;
const MARKS_SHIFT = 8;

/**
 * A segment is a block of slots, a power of two, with linear probing. Slot 0 is its header: how many slots are taken, how
 * many bits of the hash all of its keys have in common (its depth), and how many references are marked. The mask is the number of
 * slots less one.
 */
export function newSegment(memory: Memory, slots: number, depth: number): number {
  const segment = memory.allocate(slots * SLOT_BYTES);
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  words.fill(0, base, base + slots * SLOT_WORDS);
  words[base + 1] = depth;
  return segment;
}

/** Seven eighths of the slots: probing stays short, and a key costs 12 bytes of table on the average. */
export function isFull(memory: Memory, segment: number, mask: number): boolean {
  const slots = mask + 1;
  return countOf(memory, segment) >= slots - 1 - (slots >>> 3);
}

/** How many slots are taken. */
export function countOf(memory: Memory, segment: number): number {
  return memory.words(segment)[memory.offset(segment) >>> 2] as number;
}

export function depthOf(memory: Memory, segment: number): number {
  return (memory.words(segment)[(memory.offset(segment) >>> 2) + 1] as number) & DEPTH_BITS;
}

export function setDepth(memory: Memory, segment: number, depth: number): void {
  const words = memory.words(segment);
  const word = (memory.offset(segment) >>> 2) + 1;
  words[word] = ((words[word] as number) & ~DEPTH_BITS) | depth;
}

/** How many references are marked. */
export function marksOf(memory: Memory, segment: number): number {
  return (memory.words(segment)[(memory.offset(segment) >>> 2) + 1] as number) >>> MARKS_SHIFT;
}

/** Sets or clears the mark of a slot. */
export function mark(memory: Memory, segment: number, slot: number, marked: boolean): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  const at = base + slot * SLOT_WORDS + 1;
  const before = words[at] as number;
  const after = marked ? before | MARK : before & ADDRESS;
  words[at] = after;
  words[base + 1] = (words[base + 1] as number) + (signOf(before) - signOf(after)) * ONE_MARK;
}

/** Puts a reference into the first free slot from that of its hash on. */
export function insert(memory: Memory, segment: number, mask: number, hash: number, reference: number): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  let slot = hash & mask || 1;
  while (words[base + slot * SLOT_WORDS + 1] !== 0) slot = (slot + 1) & mask || 1;
  words[base + slot * SLOT_WORDS] = hash;
  words[base + slot * SLOT_WORDS + 1] = reference;
  words[base] = (words[base] as number) + 1;
  if (reference < 0) words[base + 1] = (words[base + 1] as number) + ONE_MARK;
}

/** Empties a slot and closes the gap: what was pushed aside by it moves back, so that there are no tombstones. */
export function remove(memory: Memory, segment: number, mask: number, removed: number): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  if ((words[base + removed * SLOT_WORDS + 1] as number) < 0) words[base + 1] = (words[base + 1] as number) - ONE_MARK;
  let gap = removed;
  let slot = gap;
  for (;;) {
    slot = (slot + 1) & mask || 1;
    const from = base + slot * SLOT_WORDS;
    if (words[from + 1] === 0) break;
    if (!mayMove((words[from] as number) & mask || 1, gap, slot)) continue;
    const to = base + gap * SLOT_WORDS;
    words[to] = words[from] as number;
    words[to + 1] = words[from + 1] as number;
    gap = slot;
  }
  words[base + gap * SLOT_WORDS + 1] = 0;
  words[base] = (words[base] as number) - 1;
}

/** Visits the entries whose hash, without its sign, lies in `[from, to)`. They are shown with the hash as it is, which is a small integer. */
export function visitRange(
  memory: Memory, segment: number, mask: number, from: number, to: number, visit: (address: number, marked: boolean, hash: number) => void,
): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  for (let slot = 1; slot <= mask; slot++) {
    const reference = words[base + slot * SLOT_WORDS + 1] as number;
    const hash = words[base + slot * SLOT_WORDS] as number;
    if (reference !== 0 && hash >>> 0 >= from && hash >>> 0 < to) visit(reference & ADDRESS, reference < 0, hash);
  }
}

/** Visits the marked entries. */
export function visitMarked(memory: Memory, segment: number, mask: number, visit: (address: number) => void): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  let left = marksOf(memory, segment);
  for (let slot = 1; left > 0 && slot <= mask; slot++) {
    const reference = words[base + slot * SLOT_WORDS + 1] as number;
    if (reference >= 0) continue;
    visit(reference & ADDRESS);
    left--;
  }
}

/** The entry in a slot, or 0 if there is none, or not a marked one as requested. */
export function entryAt(memory: Memory, segment: number, slot: number, markedOnly: boolean): number {
  const reference = memory.words(segment)[(memory.offset(segment) >>> 2) + slot * SLOT_WORDS + 1] as number;
  return markedOnly && reference >= 0 ? 0 : reference & ADDRESS;
}

/** The first entry from a slot on, all around; 0 if there is none. */
export function entryFrom(memory: Memory, segment: number, mask: number, from: number, markedOnly: boolean): number {
  if ((markedOnly ? marksOf(memory, segment) : countOf(memory, segment)) === 0) return 0;
  let slot = from;
  for (;;) {
    const entry = entryAt(memory, segment, slot, markedOnly);
    if (entry !== 0) return entry;
    slot = (slot + 1) & mask || 1;
  }
}

/** -1 of a marked reference, 0 of others. */
function signOf(reference: number): number {
  return reference >> 31;
}

/** Whether an entry at `slot`, whose place would be `home`, may move to `gap`: only if it then still lies at or behind its home. */
function mayMove(home: number, gap: number, slot: number): boolean {
  return gap <= slot ? home <= gap || home > slot : home <= gap && home > slot;
}
