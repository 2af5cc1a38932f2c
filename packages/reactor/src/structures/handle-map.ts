import { invariant } from '../invariant.js';
import { MAX_SLOTS } from '../limits.js';

const NONE = -1;
const FIRST_CAPACITY_SLOTS = 64;

/**
 * Maps small integers (slots) to objects, and tells an old use of a slot from the present one by its generation.
 *
 * Slot and generation travel through epoll as a handle. An event that was fetched before its slot was freed, or freed
 * and given out again, carries the old generation: `get` answers undefined and the event is dropped. All operations
 * are O(1); freed slots are reused last in, first out, while their cache lines are warm.
 */
export class HandleMap<T> {
  #values: (T | undefined)[] = [];
  #generations = new Uint32Array(FIRST_CAPACITY_SLOTS);
  #nextFree = new Int32Array(FIRST_CAPACITY_SLOTS);
  #firstFree = NONE;
  #size = 0;

  /** `limit` is the number of slots that may be taken at once. */
  constructor(readonly limit = MAX_SLOTS) {}

  get size(): number {
    return this.#size;
  }

  /** Returns the slot, or -1 when all of them are taken. */
  insert(value: T): number {
    const slot = this.#firstFree === NONE ? this.#append() : this.#reuse();
    if (slot === NONE) return NONE;
    this.#values[slot] = value;
    this.#size++;
    return slot;
  }

  /** What the handle stands for, or undefined if it is stale. */
  get(slot: number, generation: number): T | undefined {
    return this.#generations[slot] === generation ? this.#values[slot] : undefined;
  }

  /** What a slot holds now, for a caller that knows it to be taken. */
  at(slot: number): T {
    const value = this.#values[slot];
    invariant(value !== undefined, 'the slot is free');
    return value;
  }

  generationOf(slot: number): number {
    return this.#generations[slot] ?? 0;
  }

  /** Frees a slot. Every handle to it is stale from now on: a generation comes back only after 2^32 uses of the slot. */
  remove(slot: number): void {
    invariant(this.#values[slot] !== undefined, 'a slot is freed twice');
    this.#values[slot] = undefined;
    this.#generations[slot] = this.generationOf(slot) + 1;
    this.#nextFree[slot] = this.#firstFree;
    this.#firstFree = slot;
    this.#size--;
  }

  *values(): IterableIterator<T> {
    for (const value of this.#values) {
      if (value !== undefined) yield value;
    }
  }

  #reuse(): number {
    const slot = this.#firstFree;
    this.#firstFree = this.#nextFree[slot] ?? NONE;
    return slot;
  }

  #append(): number {
    const slot = this.#values.length;
    if (slot >= this.limit) return NONE;
    if (slot >= this.#generations.length) this.#grow();
    this.#values.push(undefined);
    return slot;
  }

  #grow(): void {
    const capacity = this.#generations.length * 2;
    const generations = new Uint32Array(capacity);
    generations.set(this.#generations);
    this.#generations = generations;
    const nextFree = new Int32Array(capacity);
    nextFree.set(this.#nextFree);
    this.#nextFree = nextFree;
  }
}
