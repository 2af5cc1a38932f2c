import { Dict } from '../memory/dict.js';
import { allocateEntry, keyLength, keyOffset, valueOffset } from '../memory/entry.js';
import type { ValueContext } from './value-context.js';
import { Selection } from './selection.js';

/** Up to this part of a table a sample is drawn one by one; above, the same elements would be drawn too often. */
const DRAWN_PART = 1 / 3;

/** The entries of a large collection by their keys. It owns the entries, and is given back with `dispose`. */
export class MemberTable {
  readonly #context: ValueContext;
  readonly #dict: Dict;
  #entryBytes = 0;
  /** Hash of the key that was looked for last. */
  #hash = 0;

  constructor(context: ValueContext) {
    this.#context = context;
    this.#dict = new Dict(context.memory);
  }

  get size(): number {
    return this.#dict.size;
  }

  /** What table and entries take in memory. */
  get bytes(): number {
    return this.#dict.bytes + this.#entryBytes;
  }

  /** The entry with the key `bytes[start, end)`, or 0. `add`, `resizeFound` and `removeFound` go on from here. */
  find(bytes: Buffer, start: number, end: number): number {
    this.#hash = this.#context.hash(bytes, start, end);
    return this.#dict.find(this.#hash, bytes, start, end);
  }

  /** Adds an entry, with room for a value, for the key that `find` has just not found. Error: OutOfMemory, and nothing is added. */
  add(bytes: Buffer, start: number, end: number, valueBytes: number): number {
    const { memory } = this.#context;
    const entry = allocateEntry(memory, bytes, start, end, valueBytes);
    try {
      this.#dict.add(this.#hash, entry);
    } catch (error) {
      memory.free(entry);
      throw error;
    }
    this.#entryBytes += memory.capacity(entry);
    return entry;
  }

  /** Gives the entry that was found room for another value, which is the caller's to write. Error: OutOfMemory, and nothing is changed. */
  resizeFound(entry: number, valueBytes: number): number {
    const { memory } = this.#context;
    const kept = valueOffset(memory, entry) - memory.offset(entry);
    const before = memory.capacity(entry);
    const moved = memory.reallocate(entry, kept, kept + valueBytes);
    if (moved === entry) return entry;
    this.#dict.replaceFound(moved);
    this.#entryBytes += memory.capacity(moved) - before;
    return moved;
  }

  /** Removes and frees the entry that was found. */
  removeFound(entry: number): void {
    this.#dict.removeFound();
    this.#free(entry);
  }

  /** Removes the entry with the key `bytes[start, end)`, if there is one. */
  remove(bytes: Buffer, start: number, end: number): boolean {
    const entry = this.find(bytes, start, end);
    if (entry !== 0) this.removeFound(entry);
    return entry !== 0;
  }

  /** Removes and frees an entry that is there. */
  removeEntry(entry: number): void {
    this.#locate(entry);
    this.removeFound(entry);
  }

  /** Visits all entries. The table must not change meanwhile. */
  forEach(visit: (entry: number) => void): void {
    this.#dict.forEach(visit);
  }

  /**
   * Visits about `count` entries from a cursor on, and returns the next cursor; 0 is the beginning and the end. An entry that is there
   * all the time is visited once, whatever else changes between the visits. It takes at most `count` steps, for a table may be sparse.
   */
  scan(cursor: number, count: number, visit: (entry: number) => void): number {
    let next = cursor;
    let visited = 0;
    const visitCounted = (entry: number): void => {
      visited++;
      visit(entry);
    };
    for (let step = 0; step < count; step++) {
      next = this.#dict.scan(next, count - visited, visitCounted);
      if (next === 0 || visited >= count) break;
    }
    return next;
  }

  /** An entry by chance. The table must not be empty. */
  random(): number {
    return this.#dict.random(this.#context.random);
  }

  /** Takes out an entry by chance, having shown it. The table must not be empty. */
  pop(visit: (entry: number) => void): void {
    const entry = this.random();
    visit(entry);
    this.removeEntry(entry);
  }

  /** Visits `count` different entries by chance, which must not be more than there are. */
  sample(count: number, visit: (entry: number) => void): void {
    if (count > this.size * DRAWN_PART) this.#select(count, visit);
    else this.#draw(count, visit);
  }

  /** Frees about `budget` entries, and returns whether all are freed, and the table with them. */
  dispose(budget: number): boolean {
    return this.#dict.dismantle(budget, (entry) => this.#free(entry));
  }

  #select(count: number, visit: (entry: number) => void): void {
    const selection = new Selection(count, this.size, this.#context.random);
    this.forEach((entry) => {
      if (selection.takes()) visit(entry);
    });
  }

  #draw(count: number, visit: (entry: number) => void): void {
    const drawn = new Set<number>();
    while (drawn.size < count) {
      const entry = this.random();
      if (drawn.has(entry)) continue;
      drawn.add(entry);
      visit(entry);
    }
  }

  #locate(entry: number): void {
    const { memory } = this.#context;
    const start = keyOffset(memory, entry);
    this.#hash = this.#context.hash(memory.buffer(entry), start, start + keyLength(memory, entry));
    this.#dict.locate(this.#hash, entry);
  }

  #free(entry: number): void {
    const { memory } = this.#context;
    this.#entryBytes -= memory.capacity(entry);
    memory.free(entry);
  }
}
