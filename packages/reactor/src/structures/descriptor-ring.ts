import { invariant } from '../invariant.js';

const [READ, WRITTEN, SIGNALLED] = [0, 1, 2] as const;
const CELLS = 4;

/**
 * Descriptors on their way from one thread to another, in the order in which they came: a ring in shared memory with one writer and one
 * reader, which need no lock (Lamport, Proving the Correctness of Multiprocess Programs, 1977). Threads of a process share their
 * descriptors, so it is the numbers that travel. What stands in the ring outlives its reader: nothing is lost with a thread.
 */
export class DescriptorRing {
  readonly memory: SharedArrayBuffer;
  /** A power of two. */
  readonly capacity: number;
  readonly #cells: Int32Array;
  readonly #descriptors: Int32Array;
  /** When each was put in, in ms on the system's monotonic clock. */
  readonly #sinceMs: Float64Array;

  constructor(capacity: number, memory = new SharedArrayBuffer(CELLS * 4 + capacity * (Int32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT))) {
    invariant((capacity & (capacity - 1)) === 0, 'the places of a ring are found by their lowest bits');
    this.memory = memory;
    this.capacity = capacity;
    this.#cells = new Int32Array(memory, 0, CELLS);
    this.#sinceMs = new Float64Array(memory, CELLS * 4, capacity);
    this.#descriptors = new Int32Array(memory, CELLS * 4 + this.#sinceMs.byteLength, capacity);
  }

  /** How many are on their way. Both counts run through all 32 bits and begin anew. */
  get size(): number {
    return (Atomics.load(this.#cells, WRITTEN) - Atomics.load(this.#cells, READ)) | 0;
  }

  /** Of the writer: puts one in. Returns false if there is no room. */
  push(fd: number, nowMs: number): boolean {
    const written = Atomics.load(this.#cells, WRITTEN);
    if (this.size === this.capacity) return false;
    this.#descriptors[this.#placeOf(written)] = fd;
    this.#sinceMs[this.#placeOf(written)] = nowMs;
    // What the reader finds behind this count must be there: the store is the barrier.
    Atomics.store(this.#cells, WRITTEN, (written + 1) | 0);
    return true;
  }

  /** Of the writer: whether the reader must be woken, because nobody has raised the flag since it looked last. */
  raise(): boolean {
    return Atomics.exchange(this.#cells, SIGNALLED, 1) === 0;
  }

  /** Of the reader: it is about to look. What is put in after this raises the flag anew. */
  lower(): void {
    Atomics.store(this.#cells, SIGNALLED, 0);
  }

  /** Of the reader: the next one, which stays until `shift`; -1 if there is none. */
  get first(): number {
    return this.size === 0 ? -1 : (this.#descriptors[this.#placeOf(Atomics.load(this.#cells, READ))] as number);
  }

  /** When that one was put in. */
  get firstSinceMs(): number {
    return this.#sinceMs[this.#placeOf(Atomics.load(this.#cells, READ))] as number;
  }

  /** Of the reader: it has taken the next one. */
  shift(): void {
    Atomics.store(this.#cells, READ, (Atomics.load(this.#cells, READ) + 1) | 0);
  }

  /** For who takes the place of a reader that is gone: all that it has not taken. */
  drain(): number[] {
    const left: number[] = [];
    for (let fd = this.first; fd >= 0; fd = this.first) {
      left.push(fd);
      this.shift();
    }
    return left;
  }

  #placeOf(count: number): number {
    return count & (this.capacity - 1);
  }
}
