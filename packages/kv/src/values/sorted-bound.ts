import { compareBytes } from '../bytes/byte-order.js';
import { keyLength, keyOffset } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';

const EMPTY = Buffer.alloc(0);

/**
 * A cut through a sorted set: each member lies below it or not. Three things can make one: a score; a score and a member,
 * which is a place in the full order; a member alone, for sets whose scores are all the same.
 */
export class SortedBound {
  /**
   * Lower scores lie below, higher ones do not, and what is neither is asked about with `isAboveMember`. It is NaN for a member
   * alone, as then neither holds for any score.
   */
  score = 0;
  #byMember = false;
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  /** The entry that has the member, or 0: what is found is mostly this one, and then need not be compared. */
  #entry = 0;
  /** Whether what is equal lies below too. */
  #orEqual = false;

  /** Below it is what has a lower score, or with `orEqual` the same one. */
  byScore(score: number, orEqual: boolean): this {
    this.score = score;
    this.#byMember = false;
    this.#entry = 0;
    this.#orEqual = orEqual;
    return this;
  }

  /** Below it is what comes before the member `bytes[start, end)`, whatever the scores, or with `orEqual` that member too. */
  byMember(bytes: Buffer, start: number, end: number, orEqual: boolean): this {
    return this.#set(Number.NaN, bytes, start, end, orEqual);
  }

  /** Below it is what comes before the member `bytes[start, end)` with this score, or with `orEqual` that member too. */
  byPlace(score: number, bytes: Buffer, start: number, end: number, orEqual: boolean): this {
    return this.#set(score, bytes, start, end, orEqual);
  }

  /** The same for the member of an entry. */
  byEntry(memory: Memory, score: number, entry: number, orEqual: boolean): this {
    const start = keyOffset(memory, entry);
    this.#set(score, memory.buffer(entry), start, start + keyLength(memory, entry), orEqual);
    this.#entry = entry;
    return this;
  }

  /** Whether a member lies below. */
  isAbove(score: number, bytes: Buffer, start: number, end: number): boolean {
    if (score < this.score) return true;
    return score > this.score ? false : this.isAboveMember(bytes, start, end);
  }

  /** The same for a member with the score of the bound. */
  isAboveMember(bytes: Buffer, start: number, end: number): boolean {
    if (!this.#byMember) return this.#orEqual;
    const order = compareBytes(bytes, start, end, this.#bytes, this.#start, this.#end);
    return order < 0 || (order === 0 && this.#orEqual);
  }

  /** The same for the member of an entry. */
  isAboveEntry(memory: Memory, entry: number): boolean {
    if (entry === this.#entry) return this.#orEqual;
    const start = keyOffset(memory, entry);
    return this.isAboveMember(memory.buffer(entry), start, start + keyLength(memory, entry));
  }

  #set(score: number, bytes: Buffer, start: number, end: number, orEqual: boolean): this {
    this.score = score;
    this.#byMember = true;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#entry = 0;
    this.#orEqual = orEqual;
    return this;
  }
}
