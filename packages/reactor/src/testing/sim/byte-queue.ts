const EMPTY = Buffer.alloc(0);

/** Bytes in a row, appended at the end and dropped at the front: one buffer that grows, so that a byte is copied a few times at most. */
export class ByteQueue {
  #buffer = EMPTY;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** A view, until the queue changes. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  drop(count: number): void {
    this.#start += count;
    if (this.length === 0) this.clear();
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#start = this.#end = 0;
  }

  /** Of twice the size that is needed, so that as much comes and goes before the next copy. */
  #reserve(count: number): void {
    const held = this.bytes;
    this.#buffer = Buffer.allocUnsafe(2 * (held.length + count));
    this.#buffer.set(held);
    this.#start = 0;
    this.#end = held.length;
  }
}
