/** What arrives at an input that has been asked for nothing yet. */
const FIRST_BYTES = 256 * 1024;

/**
 * Bytes that arrive in chunks and are used in larger pieces: they lie in one buffer, behind each other. A buffer that is full is left
 * to whoever has a piece of it, and what is not used moves to a new one; so pieces stay as they are, and a long one is copied a few
 * times only, not with each chunk.
 */
export class Arrivals {
  buffer = Buffer.allocUnsafe(FIRST_BYTES);
  /** What is not used is `buffer[start, end)`. */
  start = 0;
  end = 0;

  /** Returns by how many bytes what is not used has moved to the front. */
  add(chunk: Uint8Array): number {
    const moved = this.end + chunk.length <= this.buffer.length ? 0 : this.#move(chunk.length);
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
    return moved;
  }

  #move(room: number): number {
    const moved = this.start;
    const rest = this.end - moved;
    const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * rest, rest + room));
    this.buffer.copy(grown, 0, moved, this.end);
    this.buffer = grown;
    this.start = 0;
    this.end = rest;
    return moved;
  }
}
