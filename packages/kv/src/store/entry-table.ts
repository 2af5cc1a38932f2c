import { Dict } from '../memory/dict.js';
import {
  DEADLINE_BYTES, EXPIRES, HEADER_BYTES, META_WORD, VALUE_WORD, allocateEntry, copyBytes, deadlineOf, keyLength, keyOffset, readWord, valueOffset,
  writeDeadline, writeWord,
} from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { DatabaseContext } from './database-context.js';
import { ACCESS_BITS, STRING, TYPE_BITS } from './meta.js';
import { bulkBytes } from './string-layout.js';

/**
 * The entries of a database and the dict that finds them: it keeps the two in step when an entry moves, gets a deadline or
 * goes. In the dict, entries with a deadline are marked, so that they are found without a look at all the others.
 */
export class EntryTable {
  readonly dict: Dict;
  /** Entries with a deadline. */
  expiring = 0;
  readonly #context: DatabaseContext;
  /** The entry that the dict's found slot belongs to, or 0. */
  #found = 0;

  constructor(context: DatabaseContext) {
    this.#context = context;
    this.dict = new Dict(context.memory);
  }

  /** The entry of a key, whether its deadline has come or not; 0 if there is none. */
  find(hash: number, bytes: Buffer, start: number, end: number): number {
    return (this.#found = this.dict.find(hash, bytes, start, end));
  }

  /** Takes over an entry. Error: OutOfMemory; then it is freed. */
  add(hash: number, entry: number): void {
    this.#found = 0;
    try {
      this.dict.add(hash, entry);
    } catch (error) {
      this.#context.memory.free(entry);
      throw error;
    }
  }

  /** Takes an entry out, and frees its block. */
  remove(entry: number): void {
    if (this.#expires(entry)) this.expiring--;
    this.#seek(entry);
    this.dict.removeFound();
    this.#found = 0;
    this.#context.memory.free(entry);
  }

  /** Puts an entry without deadline in the place of another one with the same key, whose block is freed. */
  replace(old: number, entry: number): void {
    if (this.#expires(old)) this.#mark(old, false);
    this.#moved(old, entry);
    this.#context.memory.free(old);
  }

  /** A block for an entry that needs so many bytes; its first `kept` bytes stay. What grows may grow again. Returns the entry, which may be another one. */
  reallocate(entry: number, kept: number, bytes: number): number {
    const { memory } = this.#context;
    if (memory.fits(entry, bytes)) return entry;
    this.#seek(entry);
    const moved = bytes > kept ? memory.extend(entry, kept, bytes) : memory.reallocate(entry, kept, bytes);
    this.dict.replaceFound(moved);
    this.#found = moved;
    return moved;
  }

  /** Returns the entry, which may be another one. */
  setDeadline(entry: number, deadlineMs: number): number {
    const { memory } = this.#context;
    const moved = this.#expires(entry) ? entry : this.#makeRoom(entry, HEADER_BYTES + contentBytes(memory, entry));
    writeDeadline(memory, moved, deadlineMs);
    return moved;
  }

  /** The reverse. */
  clearDeadline(entry: number): number {
    if (!this.#expires(entry)) return entry;
    const { memory } = this.#context;
    const bytes = contentBytes(memory, entry);
    this.#mark(entry, false);
    writeWord(memory, entry, META_WORD, readWord(memory, entry, META_WORD) & ~EXPIRES);
    const contents = memory.offset(entry) + HEADER_BYTES;
    memory.buffer(entry).copyWithin(contents, contents + DEADLINE_BYTES, contents + DEADLINE_BYTES + bytes);
    return this.reallocate(entry, HEADER_BYTES + bytes, HEADER_BYTES + bytes);
  }

  deadlineOf(entry: number): number {
    return deadlineOf(this.#context.memory, entry);
  }

  #expires(entry: number): boolean {
    return (readWord(this.#context.memory, entry, META_WORD) & EXPIRES) !== 0;
  }

  /** Moves key and value to where they are with a deadline before them. */
  #makeRoom(entry: number, end: number): number {
    const { memory } = this.#context;
    const moved = this.reallocate(entry, end, end + DEADLINE_BYTES);
    const base = memory.offset(moved);
    memory.buffer(moved).copyWithin(base + HEADER_BYTES + DEADLINE_BYTES, base + HEADER_BYTES, base + end);
    writeWord(memory, moved, META_WORD, readWord(memory, moved, META_WORD) | EXPIRES);
    this.#mark(moved, true);
    return moved;
  }

  #mark(entry: number, expiring: boolean): void {
    this.#seek(entry);
    this.dict.markFound(expiring);
    this.expiring += expiring ? 1 : -1;
  }

  #moved(from: number, to: number): void {
    this.#seek(from);
    this.dict.replaceFound(to);
    this.#found = to;
  }

  /** Makes sure that the dict's found slot is that of the entry. */
  #seek(entry: number): void {
    if (this.#found === entry) return;
    const { memory } = this.#context;
    const start = keyOffset(memory, entry);
    this.dict.locate(this.#context.hash(memory.buffer(entry), start, start + keyLength(memory, entry)), entry);
    this.#found = entry;
  }
}

/** An entry that refers to a collection by its number, with room for a deadline if it is to have one. Error: OutOfMemory. */
export function collectionEntry(memory: Memory, bytes: Buffer, start: number, end: number, index: number, meta: number, expires: boolean): number {
  const entry = allocateEntry(memory, bytes, start, end, expires ? DEADLINE_BYTES : 0);
  writeWord(memory, entry, VALUE_WORD, index);
  writeWord(memory, entry, META_WORD, meta);
  return entry;
}

/** An entry with another key, the same value and room for the deadline, if there is one. When it was used is for the caller to say. Error: OutOfMemory. */
export function entryLike(memory: Memory, entry: number, bytes: Buffer, start: number, end: number, access: number): number {
  const meta = readWord(memory, entry, META_WORD);
  const valueBytes = contentBytes(memory, entry) - keyLength(memory, entry);
  const copy = allocateEntry(memory, bytes, start, end, (meta & EXPIRES) === 0 ? valueBytes : valueBytes + DEADLINE_BYTES);
  writeWord(memory, copy, VALUE_WORD, readWord(memory, entry, VALUE_WORD));
  writeWord(memory, copy, META_WORD, (meta & ~(EXPIRES | ACCESS_BITS)) | access);
  copyBytes(memory.buffer(entry), valueOffset(memory, entry), memory.buffer(copy), valueOffset(memory, copy), valueBytes);
  return copy;
}

/** What key and value take in an entry. */
function contentBytes(memory: Memory, entry: number): number {
  const key = keyLength(memory, entry);
  const isString = (readWord(memory, entry, META_WORD) & TYPE_BITS) === STRING;
  return isString ? key + bulkBytes(readWord(memory, entry, VALUE_WORD)) : key;
}
