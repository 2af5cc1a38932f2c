import { keyLength, keyOffset } from '../memory/entry.js';
import { filled } from './filled.js';
import { allocateIntSet, copyIntSet, findInteger, insertInteger, intSetSize, readInteger, removeInteger } from './int-set.js';
import { Int64 } from './int64.js';
import { MemberTable } from './member-table.js';
import { Selection } from './selection.js';
import type { Collection, ValueContext } from './value-context.js';

/** Is shown a member, until the set changes or another one shows a member. */
export type MemberVisitor = (buffer: Buffer, start: number, end: number) => void;

/** The integer that is looked for or shown, and its text. There is one for all sets. */
const integer = new Int64();
const text = Buffer.alloc(20);
/** The same for a set that grows into a table: what it is to take may be an integer of another set, in `text`. */
const ownText = Buffer.alloc(20);

/**
 * Different members: an int set as long as they are few, and all of them integers; then a table. It never goes back, as in Redis.
 * A member that it is given must not lie in the same set.
 */
export class SetValue implements Collection {
  readonly #context: ValueContext;
  /** 0 if there is a table. */
  #integers: number;
  #table: MemberTable | undefined;

  constructor(context: ValueContext, integers = allocateIntSet(context.memory)) {
    this.#context = context;
    this.#integers = integers;
  }

  get type(): 'set' {
    return 'set';
  }

  get encoding(): 'intset' | 'hashtable' {
    return this.#table === undefined ? 'intset' : 'hashtable';
  }

  get size(): number {
    return this.#table === undefined ? intSetSize(this.#context.memory, this.#integers) : this.#table.size;
  }

  get bytes(): number {
    return this.#table === undefined ? this.#context.memory.capacity(this.#integers) : this.#table.bytes;
  }

  has(member: Buffer, start: number, end: number): boolean {
    if (this.#table !== undefined) return this.#table.find(member, start, end) !== 0;
    return integer.parse(member, start, end) && findInteger(this.#context.memory, this.#integers, integer) >= 0;
  }

  /** Adds a member, and returns whether it is a new one. Error: OutOfMemory, and then it is not added. */
  add(member: Buffer, start: number, end: number): boolean {
    if (this.#table === undefined) {
      if (integer.parse(member, start, end)) {
        const index = findInteger(this.#context.memory, this.#integers, integer);
        if (index >= 0) return false;
        if (this.size < this.#context.limits.setMaxIntsetEntries) return this.#insertInteger(~index);
      }
      // Before the member is added, for this may fail.
      this.#convert();
    }
    return addEntry(this.#table as MemberTable, member, start, end);
  }

  /** Removes a member, and returns whether it was there. */
  delete(member: Buffer, start: number, end: number): boolean {
    if (this.#table !== undefined) return this.#table.remove(member, start, end);
    if (!integer.parse(member, start, end)) return false;
    const index = findInteger(this.#context.memory, this.#integers, integer);
    if (index >= 0) this.#integers = removeInteger(this.#context.memory, this.#integers, index);
    return index >= 0;
  }

  /** Visits all members; integers of a small set in ascending order. The set must not change meanwhile. */
  forEach(visit: MemberVisitor): void {
    this.#visitAll(visit, text);
  }

  /** Visits about `count` members from a cursor on, a small set as a whole, and returns the next cursor; 0 is the beginning and the end. */
  scan(cursor: number, count: number, visit: MemberVisitor): number {
    if (this.#table !== undefined) return this.#table.scan(cursor, count, this.#entryVisitor(visit));
    this.forEach(visit);
    return 0;
  }

  /** Visits `count` members by chance, of which some may be the same. The set must not be empty. */
  draw(count: number, visit: MemberVisitor): void {
    const visitEntry = this.#entryVisitor(visit);
    for (let i = 0; i < count; i++) {
      if (this.#table !== undefined) visitEntry(this.#table.random());
      else this.#visitInteger(this.#randomIndex(), visit);
    }
  }

  /** Visits `count` different members by chance, or all if there are fewer. */
  sample(count: number, visit: MemberVisitor): void {
    if (count >= this.size) return this.forEach(visit);
    if (this.#table !== undefined) return this.#table.sample(count, this.#entryVisitor(visit));
    const selection = new Selection(count, this.size, this.#context.random);
    this.forEach((buffer, start, end) => {
      if (selection.takes()) visit(buffer, start, end);
    });
  }

  /** Removes a member by chance, having shown it. The set must not be empty. */
  pop(visit: MemberVisitor): void {
    if (this.#table !== undefined) return this.#table.pop(this.#entryVisitor(visit));
    const index = this.#randomIndex();
    this.#visitInteger(index, visit);
    this.#integers = removeInteger(this.#context.memory, this.#integers, index);
  }

  copy(): SetValue {
    const { memory } = this.#context;
    if (this.#table === undefined) return new SetValue(this.#context, copyIntSet(memory, this.#integers));
    const copy = new SetValue(this.#context, 0);
    copy.#table = this.#copyToTable();
    return copy;
  }

  dispose(budget: number): boolean {
    if (this.#table !== undefined) return this.#table.dispose(budget);
    this.#context.memory.free(this.#integers);
    return true;
  }

  #insertInteger(index: number): true {
    this.#integers = insertInteger(this.#context.memory, this.#integers, index, integer);
    return true;
  }

  #visitAll(visit: MemberVisitor, into: Buffer): void {
    if (this.#table !== undefined) return this.#table.forEach(this.#entryVisitor(visit));
    const size = this.size;
    for (let index = 0; index < size; index++) this.#visitInteger(index, visit, into);
  }

  #visitInteger(index: number, visit: MemberVisitor, into: Buffer = text): void {
    visit(into, 0, readInteger(this.#context.memory, this.#integers, index, integer).format(into, 0));
  }

  #randomIndex(): number {
    return Math.floor(this.#context.random() * this.size);
  }

  #convert(): void {
    this.#table = this.#copyToTable();
    this.#context.memory.free(this.#integers);
    this.#integers = 0;
  }

  /** A table with the same members. If memory does not suffice for it, nothing is left behind. */
  #copyToTable(): MemberTable {
    return filled(new MemberTable(this.#context), (table) => this.#visitAll((buffer, start, end) => addEntry(table, buffer, start, end), ownText));
  }

  #entryVisitor(visit: MemberVisitor): (entry: number) => void {
    const { memory } = this.#context;
    return (entry) => {
      const start = keyOffset(memory, entry);
      visit(memory.buffer(entry), start, start + keyLength(memory, entry));
    };
  }
}

function addEntry(table: MemberTable, member: Buffer, start: number, end: number): boolean {
  const isNew = table.find(member, start, end) === 0;
  if (isNew) table.add(member, start, end, 0);
  return isNew;
}
