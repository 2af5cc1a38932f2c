import { UNIT_BYTES } from './size-classes.js';
import type { SystemMemory } from './system-memory.js';

/** Blocks that are too large for a page, by index; each is a buffer of its own, which goes back to the system when it is freed. */
export class LargeBlocks {
  readonly #system: SystemMemory;
  readonly #buffers: (Buffer | undefined)[] = [];
  readonly #words: (Int32Array | undefined)[] = [];
  readonly #doubles: (Float64Array | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(system: SystemMemory) {
    this.#system = system;
  }

  buffer(index: number): Buffer {
    return this.#buffers[index] as Buffer;
  }

  words(index: number): Int32Array {
    return this.#words[index] as Int32Array;
  }

  doubles(index: number): Float64Array {
    return this.#doubles[index] as Float64Array;
  }

  capacity(index: number): number {
    return this.buffer(index).length;
  }

  /** Error: OutOfMemory. */
  allocate(bytes: number): number {
    const memory = this.#system.take(Math.ceil(bytes / UNIT_BYTES) * UNIT_BYTES, false);
    const index = this.#free.pop() ?? this.#buffers.length;
    this.#buffers[index] = Buffer.from(memory);
    this.#words[index] = new Int32Array(memory);
    this.#doubles[index] = new Float64Array(memory);
    return index;
  }

  free(index: number): void {
    this.#system.dropped(this.capacity(index));
    this.#buffers[index] = undefined;
    this.#words[index] = undefined;
    this.#doubles[index] = undefined;
    this.#free.push(index);
  }
}
