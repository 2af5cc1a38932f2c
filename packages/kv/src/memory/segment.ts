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
  return countOf(memory, segment) >= slots - 1 - (slots >>> 3);
}

/** How many slots are taken. */
export function countOf(memory: Memory, segment: number): number {
  return memory.words(segment)[memory.offset(segment) >>> 2] as number;
}

export function depthOf(memory: Memory, segment: number): number {
  return memory.words(segment)[(memory.offset(segment) >>> 2) + 1] as number;
}

export function setDepth(memory: Memory, segment: number, depth: number): void {
  memory.words(segment)[(memory.offset(segment) >>> 2) + 1] = depth;
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

/** Visits the entries whose hash, without its sign, lies in `[from, to)`. */
export function visitRange(
  memory: Memory, segment: number, mask: number, from: number, to: number, visit: (address: number, marked: boolean) => void,
): void {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  for (let slot = 1; slot <= mask; slot++) {
    const reference = words[base + slot * SLOT_WORDS + 1] as number;
    const hash = (words[base + slot * SLOT_WORDS] as number) >>> 0;
    if (reference !== 0 && hash >= from && hash < to) visit(reference & ADDRESS, reference < 0);
  }
}

/** An entry by chance, only a marked one on request, or 0 if none was met in a few attempts. */
export function randomOf(memory: Memory, segment: number, mask: number, random: () => number, markedOnly: boolean): number {
  const words = memory.words(segment);
  const base = memory.offset(segment) >>> 2;
  for (let attempt = 0; attempt < 16; attempt++) {
    const reference = words[base + (1 + Math.floor(random() * mask)) * SLOT_WORDS + 1] as number;
    if (reference !== 0 && (!markedOnly || reference < 0)) return reference & ADDRESS;
  }
  return 0;
}

/** Whether an entry at `slot`, whose place would be `home`, may move to `gap`: only if it then still lies at or behind its home. */
function mayMove(home: number, gap: number, slot: number): boolean {
  return gap <= slot ? home <= gap || home > slot : home <= gap && home > slot;
}
