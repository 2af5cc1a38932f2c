import type { Words } from './peer.js';

const FIRST_BYTES = 64 * 1024;
const CRLF = '\r\n';

/** Requests as arrays of bulk strings, gathered into a buffer of its own. */
export class RequestWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  /** Bytes that nobody has taken. */
  get length(): number {
    return this.#length;
  }

  write(words: Words): void {
    this.#text(`*${words.length}${CRLF}`);
    for (const word of words) {
      const bytes = typeof word === 'object' ? word : Buffer.from(String(word));
      this.#text(`$${bytes.length}${CRLF}`);
      this.#reserve(bytes.length + CRLF.length);
      this.#bytes.set(bytes, this.#length);
      this.#length += bytes.length;
      this.#text(CRLF);
    }
  }

  /** What was written since the last time. It belongs to the caller. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
    this.#length = 0;
    return taken;
  }

  /** ASCII. */
  #text(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
