import { UNIT_BYTES } from './size-classes.js';

/** Blocks that are too large for a page, by index; each is a buffer of its own, which goes back to the system when it is freed. */
export class LargeBlocks {
  bytes = 0;
  readonly #buffers: (Buffer | undefined)[] = [];
  readonly #words: (Int32Array | undefined)[] = [];
  readonly #doubles: (Float64Array | undefined)[] = [];
  readonly #free: number[] = [];

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

  allocate(bytes: number): number {
    const buffer = Buffer.allocUnsafeSlow(Math.ceil(bytes / UNIT_BYTES) * UNIT_BYTES);
    const index = this.#free.pop() ?? this.#buffers.length;
    this.#buffers[index] = buffer;
    this.#words[index] = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >>> 2);
    this.#doubles[index] = new Float64Array(buffer.buffer, buffer.byteOffset, buffer.length >>> 3);
    this.bytes += buffer.length;
    return index;
  }

  free(index: number): void {
    this.bytes -= this.capacity(index);
    this.#buffers[index] = undefined;
    this.#words[index] = undefined;
    this.#doubles[index] = undefined;
    this.#free.push(index);
  }
}
