import type { Memory } from '../memory/memory.js';
import { readWord, writeWord } from '../memory/entry.js';
import { filled } from './filled.js';
import { IdDirectory } from './id-directory.js';
import { ID_WORDS, StreamId } from './stream-id.js';

/** A block: the id from which on records belong to it, how many it has, and the records in order. */
const COUNT_WORD = ID_WORDS;
const FIRST_RECORD = ID_WORDS + 1;
const MAX_RECORDS = 64;

/** The id of the record that is compared last. */
const recordId = new StreamId();

/**
 * Ids in their order, each with some words of its owner's: a record. There is one place in the table, which the methods that look for a
 * record move, and at which the others read and write. It is lost as soon as a record is added or removed otherwise.
 *
 * Records lie in blocks of up to 64, which it owns. Those of a single block take what they need, others have room for all.
 */
export class IdTable {
  size = 0;
  /** What its blocks take, in bytes. */
  bytes = 0;
  readonly #memory: Memory;
  readonly #blocks: IdDirectory;
  /** Of a record, in words. */
  readonly #stride: number;
  #index = 0;
  #slot = 0;

  constructor(memory: Memory, words = 0) {
    this.#memory = memory;
    this.#blocks = new IdDirectory(memory);
    this.#stride = ID_WORDS + words;
  }

  // --- Finding

  /** Goes to the record with this id, and says whether there is one. */
  find(id: StreamId): boolean {
    return this.seek(id) && this.readId(recordId).compare(id) === 0;
  }

  /** Goes to the first record that is not before an id, and says whether there is one. */
  seek(id: StreamId): boolean {
    this.#index = Math.max(0, this.#blocks.indexOf(id));
    if (this.#index === this.#blocks.count) return false;
    this.#slot = this.#slotOf(this.#blocks.at(this.#index), id);
    return this.#settle();
  }

  /** Goes to the next record, and says whether there is one. */
  next(): boolean {
    this.#slot++;
    return this.#settle();
  }

  /** Goes to the last record, and says whether there is one. */
  seekLast(): boolean {
    if (this.size === 0) return false;
    this.#index = this.#blocks.count - 1;
    this.#slot = this.#count(this.#block) - 1;
    return true;
  }

  // --- At a record

  readId(target: StreamId): StreamId {
    return target.read(this.#memory.words(this.#block), this.#wordOf(this.#block, this.#slot));
  }

  /** One of the words that belong to the id. */
  protected word(word: number): number {
    return this.#memory.words(this.#block)[this.#wordOf(this.#block, this.#slot) + ID_WORDS + word] as number;
  }

  protected setWord(word: number, value: number): void {
    this.#memory.words(this.#block)[this.#wordOf(this.#block, this.#slot) + ID_WORDS + word] = value;
  }

  /** Removes the record. Nothing is allocated. */
  remove(): void {
    const block = this.#block;
    const count = this.#count(block);
    const at = this.#wordOf(block, this.#slot);
    this.#memory.words(block).copyWithin(at, at + this.#stride, this.#wordOf(block, count));
    writeWord(this.#memory, block, COUNT_WORD, count - 1);
    this.size--;
    this.#mend(count - 1);
  }

  // --- Growing

  /**
   * Goes to the record with this id, and adds it if it is new; says whether it is. Its words are the caller's to fill in then.
   * Error: OutOfMemory; then nothing has changed.
   */
  add(id: StreamId): boolean {
    if (this.find(id)) return false;
    this.#makeRoom(id);
    const block = this.#block;
    const count = this.#count(block);
    const at = this.#wordOf(block, this.#slot);
    const words = this.#memory.words(block);
    words.copyWithin(at + this.#stride, at, this.#wordOf(block, count));
    id.write(words, at);
    writeWord(this.#memory, block, COUNT_WORD, count + 1);
    this.size++;
    return true;
  }

  /** Goes to where a new id belongs, in a block that has room for it. */
  #makeRoom(id: StreamId): void {
    this.#index = Math.max(0, this.#blocks.indexOf(id));
    if (this.#blocks.count === 0) this.#insertBlock(0, id, 1);
    this.#slot = this.#slotOf(this.#block, id);
    const count = this.#count(this.#block);
    if (count === MAX_RECORDS) this.#split(id);
    else if (this.#blocks.count === 1) this.#resize(count + 1);
    if (this.#index === 0 && this.#slot === 0) id.write(this.#memory.words(this.#block), this.#memory.offset(this.#block) >>> 2);
  }

  /** Splits the block at the place in half; but the last one at its end, so that ascending ids leave full blocks behind. */
  #split(id: StreamId): void {
    const isAtEnd = this.#slot === MAX_RECORDS && this.#index === this.#blocks.count - 1;
    const kept = isAtEnd ? MAX_RECORDS : MAX_RECORDS / 2;
    const left = this.#block;
    if (isAtEnd) recordId.copyFrom(id);
    else recordId.read(this.#memory.words(left), this.#wordOf(left, kept));
    const right = this.#insertBlock(this.#index + 1, recordId, MAX_RECORDS);
    this.#append(right, left, kept, MAX_RECORDS);
    writeWord(this.#memory, left, COUNT_WORD, kept);
    if (this.#slot < kept || (this.#slot === kept && !isAtEnd)) return;
    this.#index++;
    this.#slot -= kept;
  }

  #insertBlock(index: number, id: StreamId, records: number): number {
    const block = this.#memory.allocate(this.#bytesOf(records));
    id.write(this.#memory.words(block), this.#memory.offset(block) >>> 2);
    writeWord(this.#memory, block, COUNT_WORD, 0);
    this.#blocks.insert(index, block);
    this.bytes += this.#memory.capacity(block);
    return block;
  }

  /** Appends records of another block. */
  #append(block: number, other: number, from: number, to: number): void {
    const count = this.#count(block);
    const start = this.#wordOf(other, from);
    this.#memory.words(block).set(this.#memory.words(other).subarray(start, this.#wordOf(other, to)), this.#wordOf(block, count));
    writeWord(this.#memory, block, COUNT_WORD, count + to - from);
  }

  // --- Shrinking

  /** After a removal: does away with a block that is empty, and unites one that is half empty with a neighbour if that is, too. */
  #mend(count: number): void {
    if (count === 0) this.#removeBlock(this.#index);
    else if (this.#blocks.count > 1 && count <= MAX_RECORDS / 2 && !this.#unite(this.#index)) this.#unite(this.#index - 1);
    if (this.#blocks.count === 1) this.#resize(this.#count(this.#blocks.at(0)));
  }

  /** Moves the records of the next block into this one, if both are half empty together. */
  #unite(index: number): boolean {
    if (index < 0 || index + 1 >= this.#blocks.count) return false;
    const left = this.#blocks.at(index);
    const right = this.#blocks.at(index + 1);
    if (this.#count(left) + this.#count(right) > MAX_RECORDS / 2) return false;
    this.#append(left, right, 0, this.#count(right));
    this.#removeBlock(index + 1);
    return true;
  }

  #removeBlock(index: number): void {
    const block = this.#blocks.at(index);
    this.bytes -= this.#memory.capacity(block);
    this.#memory.free(block);
    this.#blocks.remove(index);
  }

  /** Gives the only block the size for so many records. */
  #resize(records: number): void {
    const block = this.#blocks.at(0);
    const before = this.#memory.capacity(block);
    const moved = this.#memory.reallocate(block, this.#bytesOf(Math.min(records, this.#count(block))), this.#bytesOf(records));
    this.#blocks.set(0, moved);
    this.bytes += this.#memory.capacity(moved) - before;
  }

  // --- As a whole

  /** Fills an empty table with the records of another one. Error: OutOfMemory; then it holds some of them. */
  protected fill(other: IdTable): void {
    for (let i = 0; i < other.#blocks.count; i++) {
      const block = other.#blocks.at(i);
      const records = other.#blocks.count === 1 ? other.#count(block) : MAX_RECORDS;
      const copy = this.#insertBlock(i, other.#blocks.idAt(i, recordId), records);
      this.#append(copy, block, 0, other.#count(block));
      this.size += other.#count(block);
    }
  }

  /** Error: OutOfMemory, and nothing is left behind. */
  copy(): IdTable {
    return filled(new IdTable(this.#memory), (copy) => copy.fill(this));
  }

  /** Gives blocks back, about `budget` records' worth of them, and returns whether all are. It may not be used afterwards. */
  dispose(budget: number): boolean {
    for (let left = budget; left > 0 && this.#blocks.count > 0; left -= MAX_RECORDS) this.#memory.free(this.#blocks.pop());
    return this.#blocks.count === 0;
  }

  // --- The layout

  get #block(): number {
    return this.#blocks.at(this.#index);
  }

  #count(block: number): number {
    return readWord(this.#memory, block, COUNT_WORD);
  }

  #wordOf(block: number, slot: number): number {
    return (this.#memory.offset(block) >>> 2) + FIRST_RECORD + slot * this.#stride;
  }

  #bytesOf(records: number): number {
    return (FIRST_RECORD + records * this.#stride) * 4;
  }

  /** The slot of the first record of a block that is not before an id. */
  #slotOf(block: number, id: StreamId): number {
    const words = this.#memory.words(block);
    let low = 0;
    let high = this.#count(block);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (recordId.read(words, this.#wordOf(block, middle)).compare(id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Goes on to the next block if the place is behind the last record of one. Says whether there is a record. */
  #settle(): boolean {
    if (this.#slot < this.#count(this.#block)) return true;
    this.#slot = 0;
    return ++this.#index < this.#blocks.count;
  }
}
