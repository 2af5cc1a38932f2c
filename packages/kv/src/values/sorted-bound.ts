import { compareBytes } from '../bytes/byte-order.js';
import { keyLength, keyOffset } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';

const EMPTY = Buffer.alloc(0);

/**
 * A cut through a sorted set: each member lies below it or not. Three things can make one: a score; a score and a member,
 * which is a place in the full order; a member alone, for sets whose scores are all the same.
 */
export class SortedBound {
  #score = 0;
  #byScore = false;
  #byMember = false;
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  /** Whether what is equal lies below too. */
  #orEqual = false;

  /** Below it is what has a lower score, or with `orEqual` the same one. */
  byScore(score: number, orEqual: boolean): this {
    this.#score = score;
    this.#byScore = true;
    this.#byMember = false;
    this.#orEqual = orEqual;
    return this;
  }

  /** Below it is what comes before the member `bytes[start, end)`, whatever the scores, or with `orEqual` that member too. */
  byMember(bytes: Buffer, start: number, end: number, orEqual: boolean): this {
    this.#setMember(bytes, start, end, orEqual);
    this.#byScore = false;
    return this;
  }

  /** Below it is what comes before the member `bytes[start, end)` with this score: its place, be it there or not. */
  byPlace(score: number, bytes: Buffer, start: number, end: number): this {
    this.#setMember(bytes, start, end, false);
    this.#score = score;
    this.#byScore = true;
    return this;
  }

  /** The place of an entry's member. */
  byEntry(memory: Memory, score: number, entry: number): this {
    const start = keyOffset(memory, entry);
    return this.byPlace(score, memory.buffer(entry), start, start + keyLength(memory, entry));
  }

  isAbove(score: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#byScore && score !== this.#score) return score < this.#score;
    if (!this.#byMember) return this.#orEqual;
    const order = compareBytes(bytes, start, end, this.#bytes, this.#start, this.#end);
    return order < 0 || (order === 0 && this.#orEqual);
  }

  /** The same for an entry's member, which is looked at only if the scores are equal. */
  isAboveEntry(memory: Memory, score: number, entry: number): boolean {
    if (this.#byScore && score !== this.#score) return score < this.#score;
    const start = keyOffset(memory, entry);
    return this.isAbove(score, memory.buffer(entry), start, start + keyLength(memory, entry));
  }

  #setMember(bytes: Buffer, start: number, end: number, orEqual: boolean): void {
    this.#byMember = true;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#orEqual = orEqual;
  }
}
