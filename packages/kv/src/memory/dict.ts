import { keyEquals } from './entry.js';
import type { Memory } from './memory.js';
import {
  ADDRESS, MARK, SLOT_BYTES, SLOT_WORDS, countOf, depthOf, entryAt, entryFrom, insert, isFull, mark, newSegment, remove, setDepth, visitMarked,
  visitRange,
} from './segment.js';

const FIRST_SLOTS = 8;
const MAX_SLOTS = 1024;
/** A segment with fewer entries is merged with its neighbour if both together have no more than this: that is far from full again. */
const SPARSE_ENTRIES = MAX_SLOTS / 4;
const MERGED_ENTRIES = MAX_SLOTS / 2;
/** Slots that are tried for an entry by chance. One of four is taken, or more, but in a dict that has shrunk to little. */
const RANDOM_ATTEMPTS = 32;

const HASH_SPACE = 2 ** 32;

/**
 * A hash table from keys to entries: extendible hashing (Fagin et al. 1979) over segments of up to 1024 slots, each with
 * linear probing (segment.ts).
 *
 * The hash's upper bits lead through the directory to a segment, its lower bits to a slot. A full segment is split
 * in two, so that growing never costs more than one segment; nothing is ever moved as a whole. Two halves that have become sparse
 * are merged again, so that neither memory nor a search for the few that are left outlasts the many that were there.
 *
 * It owns its segments, not the entries. Hashes come from outside, seeded, and must be spread evenly over 32 bits.
 */
export class Dict {
  size = 0;
  readonly #memory: Memory;
  /** Addresses of segments; several neighbours may be the same. A typed array would take four times the memory in a small dict. */
  #directory: number[];
  #depth = 0;
  /** How many segments have that depth: without any, half of the directory does as well. */
  #deepest = 1;
  /** Slots of a segment, less one. Only a dict of a single segment has fewer than MAX_SLOTS. */
  #mask = FIRST_SLOTS - 1;
  /** The slot that `find` has ended at. */
  #foundSegment = 0;
  #foundSlot = 0;
  /** Of the directory, how many are given back. */
  #dismantled = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#directory = [newSegment(memory, FIRST_SLOTS, 0)];
  }

  /** What the table itself takes, in bytes. */
  get bytes(): number {
    let bytes = this.#directory.length * 8;
    for (let index = 0; index < this.#directory.length; index += this.#span(index)) bytes += (this.#mask + 1) * SLOT_BYTES;
    return bytes;
  }

  /** The entry with the key `bytes[start, end)`, or 0. `replaceFound`, `markFound` and `removeFound` act on the entry that was found last. */
  find(hash: number, bytes: Buffer, start: number, end: number): number {
    const memory = this.#memory;
    const segment = this.#segmentOf(hash);
    const words = memory.words(segment);
    const base = memory.offset(segment) >>> 2;
    const mask = this.#mask;
    let slot = hash & mask || 1;
    for (;;) {
      const at = base + slot * SLOT_WORDS;
      const address = (words[at + 1] as number) & ADDRESS;
      if (address === 0) return 0;
      if (words[at] === hash && keyEquals(memory, address, bytes, start, end)) {
        this.#foundSegment = segment;
        this.#foundSlot = slot;
        return address;
      }
      slot = (slot + 1) & mask || 1;
    }
  }

  /** Finds an entry by its address, as `find` does by its key. The entry must be there. */
  locate(hash: number, address: number): void {
    const segment = this.#segmentOf(hash);
    const words = this.#memory.words(segment);
    const base = this.#memory.offset(segment) >>> 2;
    let slot = hash & this.#mask || 1;
    while (((words[base + slot * SLOT_WORDS + 1] as number) & ADDRESS) !== address) slot = (slot + 1) & this.#mask || 1;
    this.#foundSegment = segment;
    this.#foundSlot = slot;
  }

  /** Adds an entry whose key is not in the dict. Error: OutOfMemory, and nothing is added. */
  add(hash: number, address: number): void {
    let segment = this.#segmentOf(hash);
    while (isFull(this.#memory, segment, this.#mask)) {
      this.#grow(segment, hash);
      segment = this.#segmentOf(hash);
    }
    insert(this.#memory, segment, this.#mask, hash, address);
    this.size++;
  }

  /** The entry that was found has moved. */
  replaceFound(address: number): void {
    const at = this.#foundWord();
    const words = this.#memory.words(this.#foundSegment);
    words[at + 1] = ((words[at + 1] as number) & MARK) | address;
  }

  /** Sets or clears the mark of the entry that was found. */
  markFound(marked: boolean): void {
    mark(this.#memory, this.#foundSegment, this.#foundSlot, marked);
  }

  /** Takes out the entry that was found. */
  removeFound(): void {
    const segment = this.#foundSegment;
    const hash = this.#memory.words(segment)[this.#foundWord()] as number;
    remove(this.#memory, segment, this.#mask, this.#foundSlot);
    this.size--;
    if (this.#depth > 0 && countOf(this.#memory, segment) < SPARSE_ENTRIES) this.#merge(segment, hash);
  }

  /**
   * Visits the entries whose hash lies in the next part of the hash space, which holds about `count` of them, and returns
   * the cursor to go on from; 0 is the beginning and the end. Since a cursor is a place in the hash space, an entry that is there
   * all the time is visited exactly once, however the table grows or shrinks meanwhile. The dict must not change during a visit.
   */
  scan(cursor: number, count: number, visit: (address: number, marked: boolean) => void): number {
    const width = Math.max(1, Math.ceil((HASH_SPACE / Math.max(1, this.size)) * count));
    const from = cursor >>> 0;
    const segmentEnd = this.#endOfSegment(from);
    const to = Math.min(from + width, segmentEnd);
    visitRange(this.#memory, this.#segmentOf(from | 0), this.#mask, from, to, visit);
    return to >= HASH_SPACE ? 0 : to;
  }

  /** Visits all entries. The dict must not change meanwhile. */
  forEach(visit: (address: number, marked: boolean) => void): void {
    this.visit(0, HASH_SPACE, visit);
  }

  /** Visits the entries whose hash, without its sign, lies in `[from, to)`. The dict must not change meanwhile. */
  visit(from: number, to: number, visit: (address: number, marked: boolean, hash: number) => void): void {
    for (let at = from; at < to; at = this.#endOfSegment(at)) visitRange(this.#memory, this.#segmentOf(at | 0), this.#mask, from, to, visit);
  }

  /**
   * Visits the marked entries of the segment that `cursor` lies in, and returns the cursor of the next one; 0 is the beginning and
   * the end. Segments without any cost next to nothing. The dict must not change during a visit, but may between two.
   */
  sweep(cursor: number, visit: (address: number) => void): number {
    visitMarked(this.#memory, this.#segmentOf(cursor | 0), this.#mask, visit);
    const end = this.#endOfSegment(cursor);
    return end >= HASH_SPACE ? 0 : end;
  }

  /** An entry by chance, or 0 if there is none. `random` gives numbers in [0, 1). Only marked ones on request. */
  random(random: () => number, markedOnly = false): number {
    for (let attempt = 0; attempt < RANDOM_ATTEMPTS; attempt++) {
      const segment = this.#directory[Math.floor(random() * this.#directory.length)] as number;
      const entry = entryAt(this.#memory, segment, 1 + Math.floor(random() * this.#mask), markedOnly);
      if (entry !== 0) return entry;
    }
    return this.#nextFrom(Math.floor(random() * this.#directory.length), 1 + Math.floor(random() * this.#mask), markedOnly);
  }

  /**
   * Gives back the segments of which `visit` has seen all entries, up to about `budget` entries, and returns whether none is left. Between
   * the first call and that answer the dict may not be used.
   */
  dismantle(budget: number, visit: (address: number) => void): boolean {
    for (let left = budget; left > 0 && this.#dismantled < this.#directory.length; left -= this.#mask) {
      const index = this.#dismantled;
      this.#dismantled += this.#span(index);
      const segment = this.#directory[index] as number;
      visitRange(this.#memory, segment, this.#mask, 0, HASH_SPACE, visit);
      this.#memory.free(segment);
    }
    return this.#dismantled >= this.#directory.length;
  }

  // --- Segments

  #segmentOf(hash: number): number {
    return this.#directory[this.#indexOf(hash)] as number;
  }

  #indexOf(hash: number): number {
    // Two shifts, for a shift by 32 does nothing.
    return (hash >>> 1) >>> (31 - this.#depth);
  }

  #grow(segment: number, hash: number): void {
    if (this.#mask + 1 < MAX_SLOTS) this.#enlarge(segment);
    else this.#split(segment, hash);
  }

  #enlarge(segment: number): void {
    const slots = this.#mask + 1;
    const larger = newSegment(this.#memory, slots * 2, 0);
    this.#mask = slots * 2 - 1;
    this.#directory[0] = larger;
    this.#moveAll(segment, slots);
    this.#memory.free(segment);
  }

  #split(segment: number, hash: number): void {
    const depth = depthOf(this.#memory, segment);
    const [lower, upper] = this.#newHalves(depth + 1);
    if (depth === this.#depth) this.#doubleDirectory();
    const span = 1 << (this.#depth - depth);
    const first = this.#indexOf(hash) & -span;
    this.#directory.fill(lower, first, first + span / 2);
    this.#directory.fill(upper, first + span / 2, first + span);
    if (depth + 1 === this.#depth) this.#deepest += 2;
    this.#moveAll(segment, MAX_SLOTS);
    this.#memory.free(segment);
  }

  #newHalves(depth: number): [lower: number, upper: number] {
    const lower = newSegment(this.#memory, MAX_SLOTS, depth);
    try {
      return [lower, newSegment(this.#memory, MAX_SLOTS, depth)];
    } catch (error) {
      this.#memory.free(lower);
      throw error;
    }
  }

  /** Undoes a split: moves the entries of a segment, in which `hash` lies, to the other half, if that is as deep and has room. */
  #merge(segment: number, hash: number): void {
    const depth = depthOf(this.#memory, segment);
    const span = 1 << (this.#depth - depth);
    const first = this.#indexOf(hash) & -span;
    const other = this.#directory[first ^ span] as number;
    if (depthOf(this.#memory, other) !== depth) return;
    if (countOf(this.#memory, segment) + countOf(this.#memory, other) > MERGED_ENTRIES) return;
    setDepth(this.#memory, other, depth - 1);
    this.#directory.fill(other, first, first + span);
    this.#moveAll(segment, MAX_SLOTS);
    this.#memory.free(segment);
    if (depth === this.#depth) this.#deepest -= 2;
    while (this.#deepest === 0) this.#halveDirectory();
  }

  #doubleDirectory(): void {
    const doubled: number[] = [];
    for (const segment of this.#directory) doubled.push(segment, segment);
    this.#directory = doubled;
    this.#depth++;
    this.#deepest = 0;
  }

  #halveDirectory(): void {
    this.#directory = this.#directory.filter((_, index) => index % 2 === 0);
    this.#depth--;
    for (let index = 0; index < this.#directory.length; index += this.#span(index)) {
      if (this.#span(index) === 1) this.#deepest++;
    }
  }

  #moveAll(segment: number, slots: number): void {
    const words = this.#memory.words(segment);
    const base = this.#memory.offset(segment) >>> 2;
    for (let slot = 1; slot < slots; slot++) {
      const at = base + slot * SLOT_WORDS;
      const reference = words[at + 1] as number;
      if (reference !== 0) insert(this.#memory, this.#segmentOf(words[at] as number), this.#mask, words[at] as number, reference);
    }
  }

  /** How many neighbours in the directory are the segment at `index`, which is the first of them. */
  #span(index: number): number {
    return 1 << (this.#depth - depthOf(this.#memory, this.#directory[index] as number));
  }

  #foundWord(): number {
    return (this.#memory.offset(this.#foundSegment) >>> 2) + this.#foundSlot * SLOT_WORDS;
  }

  // --- Visits

  #endOfSegment(hash: number): number {
    const depth = depthOf(this.#memory, this.#segmentOf(hash | 0));
    const width = HASH_SPACE / 2 ** depth;
    return (Math.floor(hash / width) + 1) * width;
  }

  /** The first entry from a place on, all around. */
  #nextFrom(index: number, slot: number, markedOnly: boolean): number {
    const { length } = this.#directory;
    for (let passed = 0, at = index; passed < length; ) {
      const entry = entryFrom(this.#memory, this.#directory[at] as number, this.#mask, slot, markedOnly);
      if (entry !== 0) return entry;
      const next = (at & -this.#span(at)) + this.#span(at);
      passed += next - at;
      at = next === length ? 0 : next;
    }
    return 0;
  }
}
