import type { Memory } from '../memory/memory.js';
import { StreamId } from './stream-id.js';

/** This much may be unused at the front before the rest moves up. */
const MAX_GAP = 32;

/** The id of the block that is compared last. */
const blockId = new StreamId();

/**
 * Blocks in the order of ids. A block begins with the words of an id, and holds what belongs to ids from this one on, up to that of the
 * next block. There is one block for many ids, so that the list of them may be an array. It does not own the blocks.
 */
export class IdDirectory {
  readonly #memory: Memory;
  readonly #blocks: number[] = [];
  /** Where the blocks begin: those before were removed. Streams are trimmed and acknowledged from their beginning. */
  #first = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get count(): number {
    return this.#blocks.length - this.#first;
  }

  /** The address of a block. */
  at(index: number): number {
    return this.#blocks[this.#first + index] as number;
  }

  /** The index of the block to which an id belongs: the last one that does not begin after it, or -1. */
  indexOf(id: StreamId): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.idAt(middle, blockId).compare(id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The id with which a block begins. */
  idAt(index: number, target: StreamId): StreamId {
    const block = this.at(index);
    return target.read(this.#memory.words(block), this.#memory.offset(block) >>> 2);
  }

  /** A block has moved. */
  set(index: number, block: number): void {
    this.#blocks[this.#first + index] = block;
  }

  insert(index: number, block: number): void {
    if (index === this.count) this.#blocks.push(block);
    else this.#blocks.splice(this.#first + index, 0, block);
  }

  remove(index: number): void {
    if (index > 0) this.#blocks.splice(this.#first + index, 1);
    else this.#first++;
    if (this.#first <= MAX_GAP || this.#first * 2 <= this.#blocks.length) return;
    this.#blocks.splice(0, this.#first);
    this.#first = 0;
  }

  /** Takes the last block out. */
  pop(): number {
    return this.#blocks.pop() as number;
  }
}
