import { type Integer64, writeInteger64 } from '../bytes/integer.js';
import { addUnsigned, highWord, lowWord, unsignedOf } from '../bytes/words.js';

const MAX_PART = 2n ** 64n - 1n;

/** Words that an id takes in memory. */
export const ID_WORDS = 4;
/** Bytes that an id takes as text, at most. */
export const ID_TEXT_BYTES = 41;

/**
 * The name of an entry of a stream: the time in milliseconds and a number for those of the same time. Both are unsigned integers of 64
 * bits, numbers while these are exact. Made to be used again and again.
 */
export class StreamId {
  ms: Integer64;
  seq: Integer64;

  constructor(ms: Integer64 = 0, seq: Integer64 = 0) {
    this.ms = ms;
    this.seq = seq;
  }

  set(ms: Integer64, seq: Integer64): this {
    this.ms = ms;
    this.seq = seq;
    return this;
  }

  copyFrom({ ms, seq }: StreamId): this {
    return this.set(ms, seq);
  }

  copy(): StreamId {
    return new StreamId(this.ms, this.seq);
  }

  get isZero(): boolean {
    return this.ms === 0 && this.seq === 0;
  }

  get isMax(): boolean {
    return this.ms === MAX_PART && this.seq === MAX_PART;
  }

  /** Below 0 if it comes before the other one, 0 if it is the same, and above if it comes after it. */
  compare(other: StreamId): number {
    return compareParts(this.ms, other.ms) || compareParts(this.seq, other.seq);
  }

  /** Becomes the next id, unless it is the last one of all; says whether it did. */
  increment(): boolean {
    if (this.isMax) return false;
    if (this.seq === MAX_PART) this.set(addUnsigned(this.ms, 1), 0);
    else this.seq = addUnsigned(this.seq, 1);
    return true;
  }

  /** Becomes the id before, unless it is the first one of all; says whether it did. */
  decrement(): boolean {
    if (this.isZero) return false;
    if (this.seq === 0) this.set(addUnsigned(this.ms, -1), MAX_PART);
    else this.seq = addUnsigned(this.seq, -1);
    return true;
  }

  /** Writes it as text at `at`, and returns where it ends. */
  format(target: Buffer, at: number): number {
    const dash = writeInteger64(this.ms, target, at);
    target[dash] = 0x2d;
    return writeInteger64(this.seq, target, dash + 1);
  }

  toString(): string {
    return `${this.ms}-${this.seq}`;
  }

  // --- In memory

  write(words: Int32Array, at: number): void {
    words[at] = highWord(this.ms);
    words[at + 1] = lowWord(this.ms);
    words[at + 2] = highWord(this.seq);
    words[at + 3] = lowWord(this.seq);
  }

  read(words: Int32Array, at: number): this {
    this.ms = unsignedOf(words[at] as number, words[at + 1] as number);
    this.seq = unsignedOf(words[at + 2] as number, words[at + 3] as number);
    return this;
  }
}

/** The first and the last id that there can be. */
export const MIN_ID: Readonly<StreamId> = Object.freeze(new StreamId(0, 0));
export const MAX_ID: Readonly<StreamId> = Object.freeze(new StreamId(MAX_PART, MAX_PART));

/** To compare a number with a bigint is slow, and not needed: a bigint is above all numbers. */
function compareParts(one: Integer64, other: Integer64): number {
  if (typeof one === 'number') return typeof other === 'number' ? one - other : -1;
  if (typeof other === 'number') return 1;
  return one < other ? -1 : Number(one > other);
}
