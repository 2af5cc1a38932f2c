import { keyLength, keyOffset, valueOffset } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import { MemberTable } from './member-table.js';
import type { SortedBound } from './sorted-bound.js';
import { SortedIndex } from './sorted-index.js';
import type { ScoreVisitor } from './sorted-pack.js';
import type { ValueContext } from './value-context.js';

const SCORE_BYTES = 8;

/** A large sorted set: a table of members, whose entries hold their scores, and an index that keeps them in order. */
export class SortedTable {
  readonly #memory: Memory;
  readonly #table: MemberTable;
  readonly #index: SortedIndex;

  constructor(context: ValueContext) {
    this.#memory = context.memory;
    this.#table = new MemberTable(context);
    try {
      this.#index = new SortedIndex(context.memory);
    } catch (error) {
      this.#table.dispose(Number.POSITIVE_INFINITY);
      throw error;
    }
  }

  get size(): number {
    return this.#index.size;
  }

  get bytes(): number {
    return this.#table.bytes + this.#index.bytes;
  }

  /** The score of a member, or NaN if it is not there. */
  score(member: Buffer, start: number, end: number): number {
    const entry = this.#table.find(member, start, end);
    return entry === 0 ? Number.NaN : this.#scoreOf(entry);
  }

  /** Sets a member's score, and returns the one it had, or NaN if it is new. Error: OutOfMemory, and nothing is changed. */
  set(member: Buffer, start: number, end: number, score: number): number {
    const entry = this.#table.find(member, start, end);
    if (entry === 0) {
      this.#add(member, start, end, score);
      return Number.NaN;
    }
    const former = this.#scoreOf(entry);
    if (former !== score) {
      this.#index.update(former, entry, score);
      this.#setScore(entry, score);
    }
    return former;
  }

  /** Removes a member, and returns whether it was there. */
  delete(member: Buffer, start: number, end: number): boolean {
    const entry = this.#table.find(member, start, end);
    if (entry === 0) return false;
    this.#index.remove(this.#scoreOf(entry), entry);
    this.#table.removeFound(entry);
    return true;
  }

  rank(bound: SortedBound): number {
    return this.#index.rank(bound);
  }

  range(from: number, to: number, reversed: boolean, visit: ScoreVisitor): void {
    this.#index.range(from, to, reversed, this.#entryVisitor(visit));
  }

  removeRange(from: number, to: number): void {
    this.#index.removeRange(from, to, (entry) => this.#table.removeEntry(entry));
  }

  /** As MemberTable does it. */
  scan(cursor: number, count: number, visit: ScoreVisitor): number {
    return this.#table.scan(cursor, count, this.#entryVisitor(visit));
  }

  sample(count: number, visit: ScoreVisitor): void {
    this.#table.sample(count, this.#entryVisitor(visit));
  }

  /** Gives back about `budget` members' worth of memory, first that of the index, and returns whether all is given back. */
  dispose(budget: number): boolean {
    return this.#index.dispose(budget) && this.#table.dispose(budget);
  }

  #add(member: Buffer, start: number, end: number, score: number): void {
    const entry = this.#table.add(member, start, end, SCORE_BYTES);
    this.#setScore(entry, score);
    try {
      this.#index.insert(score, entry);
    } catch (error) {
      this.#table.removeEntry(entry);
      throw error;
    }
  }

  #scoreOf(entry: number): number {
    return this.#memory.buffer(entry).readDoubleLE(valueOffset(this.#memory, entry));
  }

  #setScore(entry: number, score: number): void {
    this.#memory.buffer(entry).writeDoubleLE(score, valueOffset(this.#memory, entry));
  }

  #entryVisitor(visit: ScoreVisitor): (entry: number) => void {
    const memory = this.#memory;
    return (entry) => {
      const buffer = memory.buffer(entry);
      const start = keyOffset(memory, entry);
      const end = start + keyLength(memory, entry);
      visit(buffer, start, end, end);
    };
  }
}
