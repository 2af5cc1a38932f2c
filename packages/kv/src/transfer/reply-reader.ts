import { ReplyDecoder } from '../embedded/reply-decoder.js';
import { Arrivals } from './arrivals.js';
import type { Answer } from './peer.js';

const CR = 0x0d;
const LF = 0x0a;
const [STAR, DOLLAR] = [0x2a, 0x24];
const TYPES = Buffer.from('+-:$*');

/** Finds replies of version 2 of the protocol in bytes that arrive in any pieces. */
export class ReplyReader {
  readonly #decoder = new ReplyDecoder<Buffer>((bytes) => bytes);
  readonly #arrivals = new Arrivals();
  /** Where the search goes on. */
  #position = 0;
  /** Strings, numbers and lists that the reply still wants. */
  #wanted = 1;

  /** Adds bytes, and returns the replies that they complete. The bytes in them are theirs. Error: one that says that these are no replies. */
  push(chunk: Uint8Array): Answer[] {
    const arrivals = this.#arrivals;
    this.#position -= arrivals.add(chunk);
    const bytes = arrivals.buffer.subarray(0, arrivals.end);
    const answers: Answer[] = [];
    while (this.#find(bytes)) {
      answers.push(this.#decoder.decode(bytes.subarray(arrivals.start, this.#position)));
      arrivals.start = this.#position;
      this.#wanted = 1;
    }
    return answers;
  }

  /** Moves on to the end of a reply; false if that has not come. What it has passed is not looked at again. */
  #find(bytes: Buffer): boolean {
    while (this.#wanted > 0) {
      const lineEnd = bytes.indexOf(LF, this.#position);
      if (lineEnd < 0) return false;
      const type = bytes[this.#position] as number;
      const count = type === STAR || type === DOLLAR ? Math.max(Number(bytes.toString('latin1', this.#position + 1, lineEnd - 1)), -1) : -1;
      if (!TYPES.includes(type) || bytes[lineEnd - 1] !== CR || Number.isNaN(count)) throw new Error('what it answers is not the Redis protocol');
      const next = type === DOLLAR && count >= 0 ? lineEnd + 1 + count + 2 : lineEnd + 1;
      if (next > bytes.length) return false;
      this.#position = next;
      this.#wanted += type === STAR ? Math.max(count, 0) - 1 : -1;
    }
    return true;
  }
}
