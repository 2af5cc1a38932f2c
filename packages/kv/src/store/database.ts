import { Dict } from '../memory/dict.js';
import {
  DEADLINE_BYTES, EXPIRES, HEADER_BYTES, META_WORD, VALUE_WORD, allocateEntry, deadlineOf, keyLength, keyOf, keyOffset, readWord,
  valueOffset, writeDeadline, writeWord,
} from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import { Slice } from '../memory/slice.js';
import type { Collection } from '../values/value-context.js';
import type { Keyspace } from './keyspace.js';
import { ACCESS_BITS, HASH, LIST, RAW, SET, STREAM, STRING, TYPE_BITS, type ValueType, ZSET } from './meta.js';
import { bulkBytes, headerBytes, writeBulk, writeHeader, writeTrailer } from './string-layout.js';

const TYPE_OF: Readonly<Record<Collection['type'], ValueType>> = { list: LIST, set: SET, zset: ZSET, hash: HASH, stream: STREAM };

/**
 * A database: keys to values, with deadlines.
 *
 * A key is found by its bytes; what is done to it then goes by its entry, an address that is valid until the next change of this
 * key. A string lies in the entry, see string-layout.ts; of a collection the entry has the number. A key whose
 * deadline has come is gone, and removed when somebody looks for it. The database owns its entries and frees them.
 */
export class Database {
  readonly index: number;
  /** Keys with a deadline. */
  expiring = 0;
  /** How many watch this database's changes more closely than the counters: 0 spares all keys the trouble. */
  observers = 0;
  readonly #keyspace: Keyspace;
  readonly #memory: Memory;
  #dict: Dict;
  /** The entry that the dict's found slot belongs to, or 0. */
  #found = 0;
  readonly #slice = new Slice();

  constructor(keyspace: Keyspace, index: number) {
    this.index = index;
    this.#keyspace = keyspace;
    this.#memory = keyspace.memory;
    this.#dict = new Dict(keyspace.memory);
  }

  /** Keys, those included whose deadline has come but that nobody has looked for. */
  get size(): number {
    return this.#dict.size;
  }

  get dict(): Dict {
    return this.#dict;
  }

  // --- Finding

  /** The entry of the key `bytes[start, end)`, or 0 if there is none. */
  find(bytes: Buffer, start: number, end: number): number {
    const entry = this.#dict.find(this.#keyspace.hash(bytes, start, end), bytes, start, end);
    this.#found = entry;
    if (entry === 0 || (readWord(this.#memory, entry, META_WORD) & EXPIRES) === 0) return entry;
    return this.#unlessExpired(entry);
  }

  /** Finds a key on behalf of a client that reads it: counts the hit or miss, and notes the use. */
  read(bytes: Buffer, start: number, end: number): number {
    const entry = this.find(bytes, start, end);
    if (entry === 0) {
      this.#keyspace.stats.misses++;
      return 0;
    }
    this.#keyspace.stats.hits++;
    this.touch(entry);
    return entry;
  }

  /** Notes that the key is used. */
  touch(entry: number): void {
    const words = this.#memory.words(entry);
    const at = (this.#memory.offset(entry) >>> 2) + META_WORD;
    words[at] = this.#keyspace.access.touched(words[at] as number);
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

  /** A copy of the key. */
  keyOf(entry: number): Buffer {
    return keyOf(this.#memory, entry);
  }

  /** In ms since the epoch; infinite without one. */
  deadlineOf(entry: number): number {
    return deadlineOf(this.#memory, entry);
  }

  /** The payload of a string; valid until the next call or change. It may be changed in place. */
  stringOf(entry: number): Slice {
    const length = readWord(this.#memory, entry, VALUE_WORD);
    const start = valueOffset(this.#memory, entry) + headerBytes(length);
    return this.#slice.set(this.#memory.buffer(entry), start, start + length);
  }

  /** The same as the reply to GET. */
  replyOf(entry: number): Slice {
    const start = valueOffset(this.#memory, entry);
    return this.#slice.set(this.#memory.buffer(entry), start, start + bulkBytes(readWord(this.#memory, entry, VALUE_WORD)));
  }

  collectionOf(entry: number): Collection {
    return this.#keyspace.collections.get(readWord(this.#memory, entry, VALUE_WORD));
  }

  /** What the key takes, in bytes, without its part of the table. */
  bytesOf(entry: number): number {
    const own = this.#memory.capacity(entry);
    return this.typeOf(entry) === STRING ? own : own + this.collectionOf(entry).bytes;
  }

  // --- Changing

  /** Sets the key `bytes[start, end)` to a string, whatever it was. Its deadline goes unless it is to be kept. Returns the entry. */
  setString(bytes: Buffer, start: number, end: number, value: Buffer, from: number, to: number, keepDeadline = false): number {
    const hash = this.#keyspace.hash(bytes, start, end);
    const old = this.#dict.find(hash, bytes, start, end);
    this.#found = old;
    if (old === 0) return this.#addString(hash, bytes, start, end, value, from, to);
    const meta = this.metaOf(old);
    if ((meta & (TYPE_BITS | EXPIRES)) === STRING && this.#memory.fits(old, HEADER_BYTES + end - start + bulkBytes(to - from))) {
      this.#writeString(old, value, from, to, this.#keyspace.access.touched(meta));
      return old;
    }
    if (this.#unlessExpired(old) === 0) return this.#addString(hash, bytes, start, end, value, from, to);
    return this.#replaceByString(old, value, from, to, keepDeadline);
  }

  /** Makes the payload of a string so long: what is cut is lost, what is added arbitrary. Returns the entry, which may be another one. */
  resizeString(entry: number, length: number): number {
    const memory = this.#memory;
    const oldLength = readWord(memory, entry, VALUE_WORD);
    const fixed = valueOffset(memory, entry) - memory.offset(entry);
    if (length > oldLength) {
      const moved = this.#reallocate(entry, fixed + bulkBytes(oldLength), fixed + bulkBytes(length));
      this.#reframe(moved, oldLength, length);
      return moved;
    }
    this.#seek(entry);
    this.#reframe(entry, oldLength, length);
    return this.#reallocate(entry, fixed + bulkBytes(length), fixed + bulkBytes(length));
  }

  /** Says that the string was changed in place. */
  markRaw(entry: number): void {
    this.setMeta(entry, this.metaOf(entry) | RAW);
  }

  /** Adds a key that is not there, with a collection, which the database owns from now on. Returns the entry. */
  addCollection(bytes: Buffer, start: number, end: number, collection: Collection): number {
    const entry = allocateEntry(this.#memory, bytes, start, end, 0);
    writeWord(this.#memory, entry, VALUE_WORD, this.#keyspace.collections.add(collection));
    this.setMeta(entry, TYPE_OF[collection.type] | this.#keyspace.access.first);
    this.#add(this.#keyspace.hash(bytes, start, end), entry);
    return entry;
  }

  /** Sets the key to a collection, whatever it was. Its deadline goes. Returns the entry. */
  setCollection(bytes: Buffer, start: number, end: number, collection: Collection): number {
    const old = this.find(bytes, start, end);
    if (old !== 0) this.remove(old);
    return this.addCollection(bytes, start, end, collection);
  }

  /** Removes a key and gives back what it took. */
  remove(entry: number): void {
    this.#unlink(entry);
    if (this.typeOf(entry) !== STRING) this.#keyspace.collections.drop(readWord(this.#memory, entry, VALUE_WORD));
    this.#memory.free(entry);
  }

  /** Removes a key that holds a collection, and returns that, which the caller owns from now on. */
  take(entry: number): Collection {
    const collection = this.#keyspace.collections.take(readWord(this.#memory, entry, VALUE_WORD));
    this.#unlink(entry);
    this.#memory.free(entry);
    return collection;
  }

  /** Returns the entry, which may be another one. */
  setDeadline(entry: number, deadlineMs: number): number {
    const meta = this.metaOf(entry);
    if ((meta & EXPIRES) !== 0) {
      writeDeadline(this.#memory, entry, deadlineMs);
      return entry;
    }
    const moved = this.#makeRoomForDeadline(entry);
    this.setMeta(moved, meta | EXPIRES);
    writeDeadline(this.#memory, moved, deadlineMs);
    this.#markExpiring(moved, true);
    return moved;
  }

  /** Returns the entry, which may be another one. */
  clearDeadline(entry: number): number {
    const meta = this.metaOf(entry);
    if ((meta & EXPIRES) === 0) return entry;
    this.#markExpiring(entry, false);
    this.setMeta(entry, meta & ~EXPIRES);
    return this.#closeRoomForDeadline(entry);
  }

  /** Forgets everything, and returns what is to be disposed of. */
  clear(): Dict {
    const old = this.#dict;
    this.#dict = new Dict(this.#memory);
    this.#found = 0;
    this.expiring = 0;
    return old;
  }

  /** Changes places with another database: SWAPDB. */
  swap(other: Database): void {
    [this.#dict, other.#dict] = [other.#dict, this.#dict];
    [this.expiring, other.expiring] = [other.expiring, this.expiring];
    this.#found = 0;
    other.#found = 0;
  }

  // --- Deadlines

  #unlessExpired(entry: number): number {
    if (deadlineOf(this.#memory, entry) > this.#keyspace.nowMs) return entry;
    this.expire(entry);
    return 0;
  }

  /** Removes a key because its deadline has come. */
  expire(entry: number): void {
    const key = this.keyOf(entry);
    this.remove(entry);
    this.#keyspace.stats.expired++;
    this.#keyspace.observer?.expired(this, key);
  }

  #markExpiring(entry: number, expiring: boolean): void {
    this.#seek(entry);
    this.#dict.markFound(expiring);
    this.expiring += expiring ? 1 : -1;
  }

  // --- Entries

  #addString(hash: number, bytes: Buffer, start: number, end: number, value: Buffer, from: number, to: number): number {
    const entry = allocateEntry(this.#memory, bytes, start, end, bulkBytes(to - from));
    this.#writeString(entry, value, from, to, STRING | this.#keyspace.access.first);
    this.#add(hash, entry);
    return entry;
  }

  #replaceByString(old: number, value: Buffer, from: number, to: number, keepDeadline: boolean): number {
    const memory = this.#memory;
    const deadlineMs = keepDeadline ? this.deadlineOf(old) : Number.POSITIVE_INFINITY;
    const keyStart = keyOffset(memory, old);
    const access = this.#keyspace.access.touched(this.metaOf(old)) & ACCESS_BITS;
    const entry = allocateEntry(memory, memory.buffer(old), keyStart, keyStart + keyLength(memory, old), bulkBytes(to - from));
    this.#writeString(entry, value, from, to, STRING | access);
    if ((this.metaOf(old) & EXPIRES) !== 0) this.#markExpiring(old, false);
    this.#seek(old);
    this.#dict.replaceFound(entry);
    this.#found = entry;
    if (this.typeOf(old) !== STRING) this.#keyspace.collections.drop(readWord(memory, old, VALUE_WORD));
    memory.free(old);
    return deadlineMs === Number.POSITIVE_INFINITY ? entry : this.setDeadline(entry, deadlineMs);
  }

  #writeString(entry: number, value: Buffer, from: number, to: number, meta: number): void {
    const memory = this.#memory;
    const offset = memory.offset(entry);
    const words = memory.words(entry);
    const word = offset >>> 2;
    words[word + VALUE_WORD] = to - from;
    words[word + META_WORD] = meta & ~RAW;
    writeBulk(memory.buffer(entry), offset + HEADER_BYTES + (words[word] as number), value, from, to);
  }

  #add(hash: number, entry: number): void {
    this.#dict.add(hash, entry);
    this.#found = 0;
  }

  #unlink(entry: number): void {
    if ((this.metaOf(entry) & EXPIRES) !== 0) this.expiring--;
    this.#seek(entry);
    this.#dict.removeFound();
    this.#found = 0;
  }

  /** Makes sure that the dict's found slot is that of the entry. */
  #seek(entry: number): void {
    if (this.#found === entry) return;
    const memory = this.#memory;
    const start = keyOffset(memory, entry);
    this.#dict.locate(this.#keyspace.hash(memory.buffer(entry), start, start + keyLength(memory, entry)), entry);
    this.#found = entry;
  }

  #reallocate(entry: number, kept: number, bytes: number): number {
    if (this.#memory.fits(entry, bytes)) return entry;
    this.#seek(entry);
    const moved = this.#memory.reallocate(entry, kept, bytes);
    this.#dict.replaceFound(moved);
    this.#found = moved;
    return moved;
  }

  /** Writes what stands around the payload of a string anew, for another length, in an entry that has room for both. */
  #reframe(entry: number, oldLength: number, length: number): void {
    const memory = this.#memory;
    const buffer = memory.buffer(entry);
    const value = valueOffset(memory, entry);
    const from = value + headerBytes(oldLength);
    const payload = value + headerBytes(length);
    if (payload !== from) buffer.copyWithin(payload, from, from + Math.min(oldLength, length));
    writeHeader(buffer, value, length);
    writeTrailer(buffer, payload + length);
    writeWord(memory, entry, VALUE_WORD, length);
  }

  /** Moves key and value to where they are with a deadline before them. */
  #makeRoomForDeadline(entry: number): number {
    const memory = this.#memory;
    const end = HEADER_BYTES + this.#contentBytes(entry);
    const moved = this.#reallocate(entry, end, end + DEADLINE_BYTES);
    const base = memory.offset(moved);
    memory.buffer(moved).copyWithin(base + HEADER_BYTES + DEADLINE_BYTES, base + HEADER_BYTES, base + end);
    return moved;
  }

  /** The reverse. */
  #closeRoomForDeadline(entry: number): number {
    const memory = this.#memory;
    const end = HEADER_BYTES + this.#contentBytes(entry);
    const base = memory.offset(entry);
    memory.buffer(entry).copyWithin(base + HEADER_BYTES, base + HEADER_BYTES + DEADLINE_BYTES, base + DEADLINE_BYTES + end);
    return this.#reallocate(entry, end, end);
  }

  #contentBytes(entry: number): number {
    const key = keyLength(this.#memory, entry);
    return this.typeOf(entry) === STRING ? key + bulkBytes(readWord(this.#memory, entry, VALUE_WORD)) : key;
  }
}
