import { copyBytes, keyLength, keyOffset, readWord, VALUE_WORD, valueOffset, writeWord } from '../memory/entry.js';
import { Slice } from '../memory/slice.js';
import { filled } from './filled.js';
import { MemberTable } from './member-table.js';
import {
  allocatePack,
  copyPack,
  elementAt,
  findElement,
  forEachPair,
  insertPair,
  MAX_PACK_BYTES,
  nextElement,
  packEnd,
  packSize,
  type PairVisitor,
  readElement,
  removeElements,
  replaceElement,
  visitPair,
} from './pack.js';
import { Selection } from './selection.js';
import type { Collection, ValueContext } from './value-context.js';

/** Is shown a field and its value, which lie in the same buffer until the hash changes. */
export type FieldVisitor = PairVisitor;

/** What a hash has found. There is one for all hashes, for there may be millions of them. */
const found = new Slice();

/**
 * Fields with values: a pack of fields and values in turn while it is small, then a table whose entries hold the values. It never
 * goes back, as in Redis. Ranges that it is given must not lie in the same hash.
 */
export class HashValue implements Collection {
  readonly #context: ValueContext;
  /** 0 if there is a table. */
  #pack: number;
  #table: MemberTable | undefined;

  constructor(context: ValueContext, pack = allocatePack(context.memory)) {
    this.#context = context;
    this.#pack = pack;
  }

  get type(): 'hash' {
    return 'hash';
  }

  get encoding(): 'listpack' | 'hashtable' {
    return this.#table === undefined ? 'listpack' : 'hashtable';
  }

  get size(): number {
    return this.#table === undefined ? packSize(this.#context.memory, this.#pack) >>> 1 : this.#table.size;
  }

  get bytes(): number {
    return this.#table === undefined ? this.#context.memory.capacity(this.#pack) : this.#table.bytes;
  }

  has(field: Buffer, start: number, end: number): boolean {
    if (this.#table !== undefined) return this.#table.find(field, start, end) !== 0;
    return findElement(this.#context.memory, this.#pack, field, start, end, 2) !== 0;
  }

  /** The value of a field, until the next call of any hash. */
  get(field: Buffer, start: number, end: number): Slice | undefined {
    const { memory } = this.#context;
    if (this.#table !== undefined) {
      const entry = this.#table.find(field, start, end);
      if (entry === 0) return undefined;
      const from = valueOffset(memory, entry);
      return found.set(memory.buffer(entry), from, from + readWord(memory, entry, VALUE_WORD));
    }
    const at = findElement(memory, this.#pack, field, start, end, 2);
    return at === 0 ? undefined : readElement(memory, this.#pack, nextElement(memory, this.#pack, at), found);
  }

  /** Sets a field, and returns whether it is a new one. Error: OutOfMemory, and nothing is changed. */
  set(field: Buffer, fieldStart: number, fieldEnd: number, value: Buffer, valueStart: number, valueEnd: number): boolean {
    if (this.#table === undefined) {
      const { memory } = this.#context;
      const at = findElement(memory, this.#pack, field, fieldStart, fieldEnd, 2);
      if (this.#staysSmall(at === 0, fieldEnd - fieldStart, valueEnd - valueStart)) {
        this.#pack =
          at === 0
            ? insertPair(memory, this.#pack, packEnd(memory, this.#pack), field, fieldStart, fieldEnd, value, valueStart, valueEnd)
            : replaceElement(memory, this.#pack, nextElement(memory, this.#pack, at), value, valueStart, valueEnd);
        return at === 0;
      }
      this.#convert();
    }
    return setEntry(this.#context, this.#table as MemberTable, field, fieldStart, fieldEnd, value, valueStart, valueEnd);
  }

  /** Removes a field, and returns whether it was there. */
  delete(field: Buffer, start: number, end: number): boolean {
    if (this.#table !== undefined) return this.#table.remove(field, start, end);
    const at = findElement(this.#context.memory, this.#pack, field, start, end, 2);
    if (at !== 0) this.#pack = removeElements(this.#context.memory, this.#pack, at, 2);
    return at !== 0;
  }

  /** Visits all fields; a small hash in the order in which they were added. The hash must not change meanwhile. */
  forEach(visit: FieldVisitor): void {
    if (this.#table === undefined) forEachPair(this.#context.memory, this.#pack, visit);
    else this.#table.forEach(this.#entryVisitor(visit));
  }

  /** Visits about `count` fields from a cursor on, a small hash as a whole, and returns the next cursor; 0 is the beginning and the end. */
  scan(cursor: number, count: number, visit: FieldVisitor): number {
    if (this.#table !== undefined) return this.#table.scan(cursor, count, this.#entryVisitor(visit));
    this.forEach(visit);
    return 0;
  }

  /** Visits `count` fields by chance, of which some may be the same. The hash must not be empty. */
  draw(count: number, visit: FieldVisitor): void {
    const { memory } = this.#context;
    const visitEntry = this.#entryVisitor(visit);
    for (let i = 0; i < count; i++) {
      if (this.#table !== undefined) visitEntry(this.#table.random());
      else visitPair(memory, this.#pack, elementAt(memory, this.#pack, Math.floor(this.#context.random() * this.size) * 2), visit);
    }
  }

  /** Visits `count` different fields by chance, or all if there are fewer. */
  sample(count: number, visit: FieldVisitor): void {
    if (count >= this.size) return this.forEach(visit);
    if (this.#table !== undefined) return this.#table.sample(count, this.#entryVisitor(visit));
    const selection = new Selection(count, this.size, this.#context.random);
    this.forEach((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
      if (selection.takes()) visit(buffer, fieldStart, fieldEnd, valueStart, valueEnd);
    });
  }

  copy(): HashValue {
    const { memory } = this.#context;
    if (this.#table === undefined) return new HashValue(this.#context, copyPack(memory, this.#pack));
    const copy = new HashValue(this.#context, 0);
    copy.#table = this.#copyToTable();
    return copy;
  }

  dispose(budget: number): boolean {
    if (this.#table !== undefined) return this.#table.dispose(budget);
    this.#context.memory.free(this.#pack);
    return true;
  }

  #staysSmall(isNew: boolean, fieldBytes: number, valueBytes: number): boolean {
    const { limits, memory } = this.#context;
    const longest = limits.hashMaxListpackValue;
    if (fieldBytes > longest || valueBytes > longest) return false;
    if (packEnd(memory, this.#pack) + fieldBytes + valueBytes > MAX_PACK_BYTES) return false;
    return this.size + Number(isNew) <= limits.hashMaxListpackEntries;
  }

  #convert(): void {
    this.#table = this.#copyToTable();
    this.#context.memory.free(this.#pack);
    this.#pack = 0;
  }

  /** A table with the same fields. If memory does not suffice for it, nothing is left behind. */
  #copyToTable(): MemberTable {
    return filled(new MemberTable(this.#context), (table) => {
      this.forEach((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
        setEntry(this.#context, table, buffer, fieldStart, fieldEnd, buffer, valueStart, valueEnd);
      });
    });
  }

  #entryVisitor(visit: FieldVisitor): (entry: number) => void {
    const { memory } = this.#context;
    return (entry) => {
      const fieldStart = keyOffset(memory, entry);
      const valueStart = fieldStart + keyLength(memory, entry);
      visit(memory.buffer(entry), fieldStart, valueStart, valueStart, valueStart + readWord(memory, entry, VALUE_WORD));
    };
  }
}

function setEntry(
  context: ValueContext, table: MemberTable,
  field: Buffer, fieldStart: number, fieldEnd: number,
  value: Buffer, valueStart: number, valueEnd: number,
): boolean {
  const { memory } = context;
  const length = valueEnd - valueStart;
  const former = table.find(field, fieldStart, fieldEnd);
  const entry = former === 0 ? table.add(field, fieldStart, fieldEnd, length) : table.resizeFound(former, length);
  writeWord(memory, entry, VALUE_WORD, length);
  copyBytes(value, valueStart, memory.buffer(entry), valueOffset(memory, entry), length);
  return former === 0;
}
