/** How many buffers are kept, and how large they may be. */
const MAX_KEPT = 8;
const MAX_KEPT_BYTES = 512 * 1024;
const MIN_BYTES = 1024;

/**
 * Buffers for what clients have sent ahead. Those that are large are used again: a client whose pipeline is served in slices needs one for
 * each chunk, and to get that from the system, with all its pages, costs as much as to serve what lies in it.
 */
export class InputBuffers {
  readonly #kept: Buffer[] = [];

  /** A buffer of so many bytes or more, with anything in it. */
  take(bytes: number): Buffer {
    const index = bytes <= MIN_BYTES ? -1 : this.#kept.findIndex(({ length }) => length >= bytes);
    if (index >= 0) return this.#kept.splice(index, 1)[0] as Buffer;
    return Buffer.allocUnsafeSlow(Math.max(MIN_BYTES, bytes));
  }

  /** Nobody uses the buffer any more. */
  giveBack(buffer: Buffer): void {
    if (buffer.length > MIN_BYTES && buffer.length <= MAX_KEPT_BYTES && this.#kept.length < MAX_KEPT) this.#kept.push(buffer);
  }
}
