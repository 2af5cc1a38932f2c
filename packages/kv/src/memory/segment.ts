import type { Memory } from './memory.js';

/** A slot is two words: the hash, and the address of the entry with the caller's mark in its sign bit; 0 if it is empty. */
export const SLOT_WORDS = 2;
export const SLOT_BYTES = 8;
export const ADDRESS = 0x7fffffff;

/**
 * A segment is a block of slots, a power of two, with linear probing. Slot 0 is its header: how many slots are taken, and how
 * many bits of the hash all of its keys have in common (its depth). The mask is the number of slots less one.
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
  return (memory.words(segment)[memory.offset(segment) >>> 2] as number) >= slots - 1 - (slots >>> 3);
}

export function depthOf(memory: Memory, segment: number): number {
  return memory.words(segment)[(memory.offset(segment) >>> 2) + 1] as number;
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
}

/** Empties a slot and closes the gap: what was pushed aside by it moves back, so that there are no tombstones. */
export function remove(memory: Memory, segment: number, mask: number, removed: number): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
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

/** Whether an entry at `slot`, whose place would be `home`, may move to `gap`: only if it then still lies at or behind its home. */
function mayMove(home: number, gap: number, slot: number): boolean {
  return gap <= slot ? home <= gap || home > slot : home <= gap && home > slot;
}
