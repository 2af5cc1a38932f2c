/**
 * A number to which several threads contribute, in shared memory. Each has a cell of its own, so that nothing is lost or left behind if one
 * dies in the midst of it: whoever is left sets its cell to 0.
 */
export class SharedCount {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #index: number;

  /** `index` is the place of this thread's cell; a count without others has one cell. */
  constructor(memory = SharedCount.sized(1), index = 0) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
    this.#index = index;
  }

  /** Memory for the cells of so many threads. */
  static sized(threads: number): SharedArrayBuffer {
    return new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT);
  }

  /** What this thread has contributed. */
  get own(): number {
    return Atomics.load(this.#cells, this.#index);
  }

  /** What all have. Who adds first and then looks never sees less than what those have added who looked before. */
  get sum(): number {
    let sum = 0;
    for (let index = 0; index < this.#cells.length; index++) sum += Atomics.load(this.#cells, index);
    return sum;
  }

  add(change: number): void {
    Atomics.add(this.#cells, this.#index, change);
  }

  /** The thread whose cell it is is gone. */
  clear(): void {
    Atomics.store(this.#cells, this.#index, 0);
  }
}
