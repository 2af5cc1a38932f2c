import type { Collection } from '../values/value-context.js';

/** The collections of a store by number, as entries refer to them; and those that are being disposed of, a slice at a time. */
export class Collections {
  readonly #slots: (Collection | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #condemned: Collection[] = [];

  get(index: number): Collection {
    return this.#slots[index] as Collection;
  }

  add(collection: Collection): number {
    const index = this.#free.pop() ?? this.#slots.length;
    this.#slots[index] = collection;
    return index;
  }

  /** Takes it out of the store without disposing of it. */
  take(index: number): Collection {
    const collection = this.get(index);
    this.#slots[index] = undefined;
    this.#free.push(index);
    return collection;
  }

  /** Takes it out and gives its memory back: at once if that is little, else in slices. */
  drop(index: number): void {
    this.condemn(this.take(index));
  }

  condemn(collection: Collection): void {
    if (!collection.dispose(AT_ONCE)) this.#condemned.push(collection);
  }

  /** Takes it out and gives its memory back later, in slices. */
  dropLater(index: number): void {
    this.#condemned.push(this.take(index));
  }

  /** How many there are, without those that are being disposed of. */
  get count(): number {
    return this.#slots.length - this.#free.length;
  }

  /** How many wait for the rest of their memory to be given back. */
  get condemned(): number {
    return this.#condemned.length;
  }

  /** Goes on with one slice, and returns whether there is more to do. */
  disposeSlice(): boolean {
    const last = this.#condemned.at(-1);
    if (last?.dispose(SLICE) === true) this.#condemned.pop();
    return this.#condemned.length > 0;
  }
}

/** Elements' worth of memory that is given back at once: no more than a slow command costs. */
const AT_ONCE = 256;
/** The same of a slice, of which several follow each other. */
const SLICE = 1024;
