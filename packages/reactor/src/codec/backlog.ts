/** Taken at least, so that bytes that come one by one do not take memory one by one. */
const MIN_BLOCK_BYTES = 64;

export const NOTHING = Buffer.alloc(0);

/**
 * The bytes that a decoder keeps from one chunk to the next; it owns copies of them. Its memory doubles when it is full,
 * so a frame of n bytes costs O(n), in however many pieces it comes. No byte is ever written over: what was handed out
 * stays as it was, and belongs to whoever has it. An empty backlog holds no memory, as most of an idle server's are.
 */
export class Backlog {
  #bytes = NOTHING;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies `source[from, to)` to the end. */
  append(source: Buffer, from: number, to: number): void {
    if (this.#bytes.length - this.#end < to - from) this.#grow(to - from);
    this.#end += source.copy(this.#bytes, this.#end, from, to);
  }

  /** All bytes, where they lie. */
  view(): Buffer {
    return this.length === 0 ? NOTHING : this.#bytes.subarray(this.#start, this.#end);
  }

  /** Hands out the first `count` bytes. */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#start, this.#start + count);
    this.#start += count;
    if (this.length === 0) this.clear();
    return taken;
  }

  clear(): void {
    this.#bytes = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  /** Makes room for `count` more bytes in new memory, for views of the old may be in use. */
  #grow(count: number): void {
    const { length } = this;
    const bytes = Buffer.allocUnsafe(Math.max(MIN_BLOCK_BYTES, length + count, 2 * length));
    this.#bytes.copy(bytes, 0, this.#start, this.#end);
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = length;
  }
}
