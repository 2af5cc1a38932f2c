import type { Dict } from '../memory/dict.js';
import {
  DEADLINE_BYTES, EXPIRES, META_WORD, NEVER, VALUE_WORD, allocateEntry, keyLength, keyOf, keyOffset, readWord, valueOffset, writeWord,
} from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import { Slice } from '../memory/slice.js';
import type { Collection } from '../values/value-context.js';
import type { DatabaseContext, LossEvent } from './database-context.js';
import { EntryTable, collectionEntry, entryLike } from './entry-table.js';
import { ACCESS_BITS, STRING, TYPE_BITS, TYPE_OF, type ValueType } from './meta.js';
import { entryBytes, fixedBytes, payloadBytes, overwriteString, payloadOffset, writeString } from './string-entry.js';
import { bulkBytes, reframeBulk } from './string-layout.js';

/**
 * A database: keys to values, with deadlines.
 *
 * A key is found by its bytes; what is done to it then goes by its entry, an address that is valid until the next change of this
 * key. A string lies in the entry, see string-layout.ts; of a collection the entry has the number. A key whose
 * deadline has come is gone, and removed when somebody looks for it. The database owns its entries and frees them.
 */
export class Database {
  readonly index: number;
  /** How many watch this database's changes more closely than the counters: 0 spares all keys the trouble. */
  observers = 0;
  readonly #context: DatabaseContext;
  readonly #memory: Memory;
  #table: EntryTable;
  readonly #slice = new Slice();

  constructor(context: DatabaseContext, index: number) {
    this.index = index;
    this.#context = context;
    this.#memory = context.memory;
    this.#table = new EntryTable(context);
  }

  /** Keys, those included whose deadline has come but that nobody has looked for. */
  get size(): number {
    return this.#table.dict.size;
  }

  /** Keys with a deadline. */
  get expiring(): number {
    return this.#table.expiring;
  }

  /** The table of all entries, in which those with a deadline are marked. */
  get dict(): Dict {
    return this.#table.dict;
  }

  // --- Finding

  /** The entry of the key `bytes[start, end)`, or 0 if there is none. */
  find(bytes: Buffer, start: number, end: number): number {
    const entry = this.#table.find(this.#context.hash(bytes, start, end), bytes, start, end);
    if (entry === 0 || (readWord(this.#memory, entry, META_WORD) & EXPIRES) === 0) return entry;
    return this.#unlessExpired(entry);
  }

  /** Finds a key on behalf of a client that reads it: counts the hit or miss, and notes the use. */
  read(bytes: Buffer, start: number, end: number): number {
    const entry = this.peek(bytes, start, end);
    if (entry !== 0) this.touch(entry);
    return entry;
  }

  /** The same without a note of the use. */
  peek(bytes: Buffer, start: number, end: number): number {
    const entry = this.find(bytes, start, end);
    if (entry === 0) this.#context.stats.misses++;
    else this.#context.stats.hits++;
    return entry;
  }

  /** Notes that the key is used. */
  touch(entry: number): void {
    const words = this.#memory.words(entry);
    const at = (this.#memory.offset(entry) >>> 2) + META_WORD;
    words[at] = this.#context.access.touched(words[at] as number);
  }

  // --- What an entry holds

  typeOf(entry: number): ValueType {
    return (this.metaOf(entry) & TYPE_BITS) as ValueType;
  }

  metaOf(entry: number): number {
    return readWord(this.#memory, entry, META_WORD);
  }

  setMeta(entry: number, meta: number): void {
    writeWord(this.#memory, entry, META_WORD, meta);
  }

  /** The bytes of the key; valid until the next call or change. */
  keyRange(entry: number): Slice {
    const start = keyOffset(this.#memory, entry);
    return this.#slice.set(this.#memory.buffer(entry), start, start + keyLength(this.#memory, entry));
  }

  /** A copy of the key. */
  keyOf(entry: number): Buffer {
    return keyOf(this.#memory, entry);
  }

  /** In ms since the epoch; infinite without one. */
  deadlineOf(entry: number): number {
    return this.#table.deadlineOf(entry);
  }

  /** The payload of a string; valid until the next call or change. It may be changed in place. */
  stringOf(entry: number): Slice {
    const start = payloadOffset(this.#memory, entry);
    return this.#slice.set(this.#memory.buffer(entry), start, start + payloadBytes(this.#memory, entry));
  }

  /** The same as the reply to GET. */
  replyOf(entry: number): Slice {
    const start = valueOffset(this.#memory, entry);
    return this.#slice.set(this.#memory.buffer(entry), start, start + bulkBytes(payloadBytes(this.#memory, entry)));
  }

  collectionOf(entry: number): Collection {
    return this.#context.collections.get(readWord(this.#memory, entry, VALUE_WORD));
  }

  // --- Changing. Error: OutOfMemory, and then nothing has changed.

  /** Sets the key `bytes[start, end)` to a string, whatever it was. Its deadline goes unless it is to be kept. Returns the entry. */
  setString(bytes: Buffer, start: number, end: number, value: Buffer, from: number, to: number, keepDeadline = false): number {
    const hash = this.#context.hash(bytes, start, end);
    const old = this.#table.find(hash, bytes, start, end);
    if (old === 0) return this.#addString(hash, bytes, start, end, value, from, to);
    if ((this.metaOf(old) & (TYPE_BITS | EXPIRES)) === STRING && overwriteString(this.#memory, old, value, from, to)) {
      this.touch(old);
      return old;
    }
    if (this.#unlessExpired(old) === 0) return this.#addString(hash, bytes, start, end, value, from, to);
    return this.#replaceByString(old, value, from, to, keepDeadline ? this.deadlineOf(old) : NEVER);
  }

  /** Sets the key to a string with a deadline, whatever it was. Returns the entry. */
  setStringUntil(deadlineMs: number, bytes: Buffer, start: number, end: number, value: Buffer, from: number, to: number): number {
    const hash = this.#context.hash(bytes, start, end);
    const old = this.#table.find(hash, bytes, start, end);
    if (old !== 0 && this.#unlessExpired(old) !== 0) return this.#replaceByString(old, value, from, to, deadlineMs);
    return this.setDeadline(this.#addString(hash, bytes, start, end, value, from, to, DEADLINE_BYTES), deadlineMs);
  }

  /** Puts another payload into a string, which keeps its deadline. Returns the entry, which may be another one. */
  rewriteString(entry: number, value: Buffer, from: number, to: number): number {
    if (overwriteString(this.#memory, entry, value, from, to)) return entry;
    const moved = this.#table.reallocate(entry, fixedBytes(this.#memory, entry), entryBytes(this.#memory, entry, to - from));
    writeString(this.#memory, moved, value, from, to, this.metaOf(moved));
    return moved;
  }

  /** Makes the payload of a string so long: what is cut is lost, what is added arbitrary. Returns the entry, which may be another one. */
  resizeString(entry: number, length: number): number {
    const memory = this.#memory;
    const oldLength = payloadBytes(memory, entry);
    const bytes = entryBytes(memory, entry, length);
    const isLonger = length > oldLength;
    const framed = isLonger ? this.#table.reallocate(entry, entryBytes(memory, entry, oldLength), bytes) : entry;
    reframeBulk(memory.buffer(framed), valueOffset(memory, framed), oldLength, length);
    writeWord(memory, framed, VALUE_WORD, length);
    return isLonger ? framed : this.#table.reallocate(framed, bytes, bytes);
  }

  /** Says more of a string: RAW, or TEXT. */
  mark(entry: number, bits: number): void {
    this.setMeta(entry, this.metaOf(entry) | bits);
  }

  /** Adds a key that is not there, with a collection, which the database owns from now on: it is given back where memory ends. Returns the entry. */
  addCollection(bytes: Buffer, start: number, end: number, collection: Collection): number {
    return this.#putCollection(0, bytes, start, end, collection, NEVER);
  }

  /** Sets the key to a collection, which the database owns from now on, whatever it was. Its deadline goes, or is another one. Returns the entry. */
  setCollection(bytes: Buffer, start: number, end: number, collection: Collection, deadlineMs = NEVER): number {
    return this.#putCollection(this.find(bytes, start, end), bytes, start, end, collection, deadlineMs);
  }

  /** Sets the key to the string of another one, of this or another database, with its deadline, whatever it was. */
  copyString(source: Database, from: number, bytes: Buffer, start: number, end: number): void {
    const entry = entryLike(this.#memory, from, bytes, start, end, this.#context.access.first);
    this.#put(this.find(bytes, start, end), bytes, start, end, entry, source.deadlineOf(from));
  }

  /** Gives a key of this or another database a name here that is not its own, whatever had that. */
  rename(source: Database, from: number, bytes: Buffer, start: number, end: number): void {
    // Of a collection it is the reference that is copied: for a moment both keys have it.
    this.copyString(source, from, bytes, start, end);
    source.#table.remove(from);
  }

  /** Removes a key and gives back what it took. */
  remove(entry: number): void {
    this.#dropCollection(entry);
    this.#table.remove(entry);
  }

  /** In ms since the epoch. Returns the entry, which may be another one. So does the reverse. */
  setDeadline(entry: number, deadlineMs: number): number {
    return this.#table.setDeadline(entry, deadlineMs);
  }

  clearDeadline(entry: number): number {
    return this.#table.clearDeadline(entry);
  }

  /** Forgets everything, and returns what is to be disposed of. */
  clear(): Dict {
    const { dict } = this.#table;
    this.#table = new EntryTable(this.#context);
    return dict;
  }

  /** Changes places with another database: SWAPDB. */
  swap(other: Database): void {
    [this.#table, other.#table] = [other.#table, this.#table];
  }

  // --- Keys that go by themselves

  #unlessExpired(entry: number): number {
    if (!this.isExpired(entry)) return entry;
    this.lose(entry, 'expired');
    return 0;
  }

  isExpired(entry: number): boolean {
    return this.#table.deadlineOf(entry) <= this.#context.nowMs;
  }

  /** Removes a key that goes by itself. Whoever is to hear of it gets a copy of it, and hears of it when it is gone. */
  lose(entry: number, event: LossEvent): void {
    const { stats, capture, tellsLosses } = this.#context;
    stats[event]++;
    const { buffer, start, end } = this.keyRange(entry);
    capture?.before(this.#context.hash(buffer, start, end));
    const key = this.observers > 0 || tellsLosses ? this.keyOf(entry) : undefined;
    this.remove(entry);
    if (key !== undefined) this.#context.lost(this.index, key, event);
  }

  // --- Entries

  #addString(hash: number, bytes: Buffer, start: number, end: number, value: Buffer, from: number, to: number, spareBytes = 0): number {
    const entry = allocateEntry(this.#memory, bytes, start, end, bulkBytes(to - from) + spareBytes);
    writeString(this.#memory, entry, value, from, to, STRING | this.#context.access.first);
    this.#add(hash, entry);
    return entry;
  }

  #replaceByString(old: number, value: Buffer, from: number, to: number, deadlineMs: number): number {
    const key = this.keyRange(old);
    const access = this.#context.access.touched(this.metaOf(old)) & ACCESS_BITS;
    const spareBytes = deadlineMs === NEVER ? 0 : DEADLINE_BYTES;
    const entry = allocateEntry(this.#memory, key.buffer, key.start, key.end, bulkBytes(to - from) + spareBytes);
    writeString(this.#memory, entry, value, from, to, STRING | access);
    return this.#put(old, key.buffer, key.start, key.end, entry, deadlineMs);
  }

  #putCollection(old: number, bytes: Buffer, start: number, end: number, collection: Collection, deadlineMs: number): number {
    const { collections, access } = this.#context;
    const index = collections.add(collection);
    try {
      const entry = collectionEntry(this.#memory, bytes, start, end, index, TYPE_OF[collection.type] | access.first, deadlineMs !== NEVER);
      return this.#put(old, bytes, start, end, entry, deadlineMs);
    } catch (error) {
      collections.drop(index);
      throw error;
    }
  }

  /** Puts an entry that has room for its deadline in the place of another one, or adds it if there is none. It is freed where memory ends. */
  #put(old: number, bytes: Buffer, start: number, end: number, entry: number, deadlineMs: number): number {
    if (old === 0) {
      this.#add(this.#context.hash(bytes, start, end), entry);
    } else {
      this.#dropCollection(old);
      this.#table.replace(old, entry);
    }
    return deadlineMs === NEVER ? entry : this.setDeadline(entry, deadlineMs);
  }

  #dropCollection(entry: number): void {
    if (this.typeOf(entry) !== STRING) this.#context.collections.drop(readWord(this.#memory, entry, VALUE_WORD));
  }

  #add(hash: number, entry: number): void {
    this.#table.add(hash, entry);
    if (this.observers > 0) this.#context.added(this.index, this.keyOf(entry));
  }
}
