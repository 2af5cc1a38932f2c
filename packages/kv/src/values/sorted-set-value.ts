import { filled } from './filled.js';
import { allocatePack, copyPack, MAX_PACK_BYTES, packEnd, packSize } from './pack.js';
import { Selection } from './selection.js';
import { SortedBound } from './sorted-bound.js';
import {
  appendPacked,
  forEachPacked,
  insertPacked,
  packedRank,
  packedScore,
  removePacked,
  scoreOf,
  type ScoreVisitor,
  updatePacked,
} from './sorted-pack.js';
import { SortedTable } from './sorted-table.js';
import type { Collection, ValueContext } from './value-context.js';

export { scoreOf, type ScoreVisitor } from './sorted-pack.js';

const place = new SortedBound();

/**
 * Members in the order of their scores, and of their bytes where the scores are equal: a pack while the set is small, then a table
 * with an index. It never goes back, as in Redis. Ranks count from 0, and a range of them includes its beginning, not its end.
 *
 * Members that it is given must not lie in the same set. A score is never NaN: that stands for a member that is not there.
 */
export class SortedSetValue implements Collection {
  readonly #context: ValueContext;
  /** 0 if there is a table. */
  #pack: number;
  #table: SortedTable | undefined;

  constructor(context: ValueContext, pack = allocatePack(context.memory)) {
    this.#context = context;
    this.#pack = pack;
  }

  /** A set with the members of a table, small if they allow it. It owns the table from now on. Error: OutOfMemory, and the table is disposed of. */
  static of(context: ValueContext, table: SortedTable): SortedSetValue {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = context.limits;
    const zset = new SortedSetValue(context, 0);
    zset.#table = table;
    if (table.size <= zsetMaxListpackEntries && longestMember(table) <= zsetMaxListpackValue) zset.#compact(table);
    return zset;
  }

  get type(): 'zset' {
    return 'zset';
  }

  get encoding(): 'listpack' | 'skiplist' {
    return this.#table === undefined ? 'listpack' : 'skiplist';
  }

  get size(): number {
    return this.#table === undefined ? packSize(this.#context.memory, this.#pack) >>> 1 : this.#table.size;
  }

  get bytes(): number {
    return this.#table === undefined ? this.#context.memory.capacity(this.#pack) : this.#table.bytes;
  }

  /** The score of a member, or NaN if it is not there. */
  score(member: Buffer, start: number, end: number): number {
    if (this.#table !== undefined) return this.#table.score(member, start, end);
    return packedScore(this.#context.memory, this.#pack, member, start, end);
  }

  /** Sets a member's score, and returns the one it had, or NaN if it is new. Error: OutOfMemory, and nothing is changed. */
  set(member: Buffer, start: number, end: number, score: number): number {
    if (this.#table !== undefined) return this.#table.set(member, start, end, score);
    const { memory } = this.#context;
    const former = packedScore(memory, this.#pack, member, start, end);
    if (!Number.isNaN(former)) {
      if (former !== score) this.#pack = updatePacked(memory, this.#pack, score, member, start, end);
      return former;
    }
    if (this.#hasRoomFor(end - start)) this.#pack = insertPacked(memory, this.#pack, score, member, start, end);
    else this.#convert().set(member, start, end, score);
    return Number.NaN;
  }

  /** Removes a member, and returns whether it was there. */
  delete(member: Buffer, start: number, end: number): boolean {
    if (this.#table !== undefined) return this.#table.delete(member, start, end);
    const rank = this.rank(member, start, end);
    if (rank >= 0) this.removeRange(rank, rank + 1);
    return rank >= 0;
  }

  // --- Ranks

  /** The rank of a member, or -1 if it is not there. */
  rank(member: Buffer, start: number, end: number): number {
    const score = this.score(member, start, end);
    return Number.isNaN(score) ? -1 : this.rankOf(place.byPlace(score, member, start, end, false));
  }

  /** How many members lie below a bound: the rank of the first one that does not. */
  rankOf(bound: SortedBound): number {
    return this.#table === undefined ? packedRank(this.#context.memory, this.#pack, bound) : this.#table.rank(bound);
  }

  /** Visits a range of ranks; if `reversed`, ranks count from the end and the order is the reverse. The set must not change meanwhile. */
  range(from: number, to: number, reversed: boolean, visit: ScoreVisitor): void {
    if (this.#table !== undefined) this.#table.range(from, to, reversed, visit);
    else forEachPacked(this.#context.memory, this.#pack, from, to, reversed, visit);
  }

  /** Removes a range of ranks. */
  removeRange(from: number, to: number): void {
    if (this.#table !== undefined) this.#table.removeRange(from, to);
    else if (from < to) this.#pack = removePacked(this.#context.memory, this.#pack, from, to - from);
  }

  // --- Without order

  /** Visits about `count` members from a cursor on, a small set as a whole, and returns the next cursor; 0 is the beginning and the end. */
  scan(cursor: number, count: number, visit: ScoreVisitor): number {
    if (this.#table !== undefined) return this.#table.scan(cursor, count, visit);
    this.range(0, this.size, false, visit);
    return 0;
  }

  /** Visits `count` members by chance, of which some may be the same. The set must not be empty. */
  draw(count: number, visit: ScoreVisitor): void {
    for (let i = 0; i < count; i++) {
      const rank = Math.floor(this.#context.random() * this.size);
      this.range(rank, rank + 1, false, visit);
    }
  }

  /** Visits `count` different members by chance, or all if there are fewer. */
  sample(count: number, visit: ScoreVisitor): void {
    if (count >= this.size) return this.range(0, this.size, false, visit);
    if (this.#table !== undefined) return this.#table.sample(count, visit);
    const selection = new Selection(count, this.size, () => this.#context.random());
    this.range(0, this.size, false, (buffer, start, end, scoreStart) => {
      if (selection.takes()) visit(buffer, start, end, scoreStart);
    });
  }

  // --- As a whole

  copy(): SortedSetValue {
    if (this.#table === undefined) return new SortedSetValue(this.#context, copyPack(this.#context.memory, this.#pack));
    const copy = new SortedSetValue(this.#context, 0);
    copy.#table = this.#copyToTable();
    return copy;
  }

  dispose(budget: number): boolean {
    if (this.#table !== undefined) return this.#table.dispose(budget);
    this.#context.memory.free(this.#pack);
    return true;
  }

  /** Whether one more member of so many bytes leaves the set small. */
  #hasRoomFor(bytes: number): boolean {
    const { limits, memory } = this.#context;
    if (bytes > limits.zsetMaxListpackValue || this.size >= limits.zsetMaxListpackEntries) return false;
    return packEnd(memory, this.#pack) + bytes <= MAX_PACK_BYTES;
  }

  #convert(): SortedTable {
    const table = this.#copyToTable();
    this.#context.memory.free(this.#pack);
    this.#pack = 0;
    this.#table = table;
    return table;
  }

  #compact(table: SortedTable): void {
    const { memory } = this.#context;
    let pack = 0;
    try {
      pack = allocatePack(memory);
      table.range(0, table.size, false, (buffer, start, end, scoreStart) => {
        pack = appendPacked(memory, pack, scoreOf(buffer, scoreStart), buffer, start, end);
      });
    } catch (error) {
      if (pack !== 0) memory.free(pack);
      throw error;
    } finally {
      table.dispose(Number.POSITIVE_INFINITY);
    }
    this.#pack = pack;
    this.#table = undefined;
  }

  /** A table with the same members. If memory does not suffice for it, nothing is left behind. */
  #copyToTable(): SortedTable {
    return filled(new SortedTable(this.#context), (table) => {
      this.range(0, this.size, false, (buffer, start, end, scoreStart) => table.set(buffer, start, end, scoreOf(buffer, scoreStart)));
    });
  }
}

function longestMember(table: SortedTable): number {
  let longest = 0;
  table.range(0, table.size, false, (_buffer, start, end) => (longest = Math.max(longest, end - start)));
  return longest;
}
