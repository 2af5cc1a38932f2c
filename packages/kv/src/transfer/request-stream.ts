import { ProgramError } from '@edgeloop/reactor/service';
import { ProtocolError } from '../protocol/protocol-error.js';
import { RequestLimits } from '../protocol/request-limits.js';
import { RequestReader } from '../protocol/request-reader.js';
import { Arrivals } from './arrivals.js';

const LF = 0x0a;
const HASH = 0x23;
const STAR = 0x2a;
/** What a reader finds at the front of a snapshot of Redis's. */
const RDB_MAGIC = 'REDIS';
/** As much as Redis takes at its most generous. */
const MAX_ARGUMENTS = 2 ** 31 - 1;
const MAX_ARGUMENT_BYTES = 2 ** 31 - 1;
const MAX_LINE_BYTES = 64 * 1024;

/** A request of the input, which owns its bytes. */
export interface NumberedRequest {
  /** From 1 on. */
  readonly number: number;
  readonly words: readonly Buffer[];
}

/** Finds requests in an input, as exports and Redis's own append-only files have them: arrays of bulk strings, and comments. */
export class RequestStream {
  readonly #arrivals = new Arrivals();
  readonly #reader: RequestReader;
  #number = 0;
  /** Where the buffer begins in the input. */
  #bufferOffset = 0;

  constructor() {
    const limits = new RequestLimits();
    limits.adopt(MAX_ARGUMENTS, MAX_ARGUMENT_BYTES, MAX_LINE_BYTES);
    this.#reader = new RequestReader(limits);
    this.#reader.begin(this.#arrivals.buffer, 0, 0);
  }

  /** Adds bytes, and returns the requests that they complete. Error: ProgramError, for what is no request, with its offset. */
  push(chunk: Uint8Array): NumberedRequest[] {
    const moved = this.#arrivals.add(chunk);
    this.#bufferOffset += moved;
    this.#reader.moved(moved);
    this.#reader.resume(this.#arrivals.buffer, this.#arrivals.end);
    const requests: NumberedRequest[] = [];
    while (this.#skipComments() && this.#next()) {
      const { source, starts, ends, count } = this.#reader;
      const words = Array.from({ length: count }, (_, i) => source.subarray(starts[i], ends[i]));
      requests.push({ number: ++this.#number, words });
      this.#pass();
    }
    this.#arrivals.start = this.#reader.consumed;
    return requests;
  }

  /** The input is over. Error: ProgramError, if it ends within a request. */
  end(): void {
    if (this.#arrivals.start < this.#arrivals.end) throw new ProgramError(`the input ends within ${this.#place()}: it was cut off`);
  }

  #next(): boolean {
    try {
      return this.#reader.next();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new ProgramError(`${this.#place()} is none: ${error.message}`);
    }
  }

  #pass(): void {
    this.#reader.done();
    this.#arrivals.start = this.#reader.consumed;
  }

  /** Moves to the beginning of a request; false if that has not come. A line that begins with # tells when Redis has written what follows. */
  #skipComments(): boolean {
    const { buffer, end } = this.#arrivals;
    while (this.#arrivals.start < end && buffer[this.#arrivals.start] === HASH) {
      const newline = buffer.subarray(0, end).indexOf(LF, this.#arrivals.start);
      if (newline < 0) return false;
      this.#arrivals.start = newline + 1;
      this.#reader.begin(buffer, newline + 1, end);
    }
    if (this.#arrivals.start === end) return false;
    if (buffer[this.#arrivals.start] !== STAR) this.#refuse(buffer.toString('latin1', this.#arrivals.start, Math.min(end, this.#arrivals.start + RDB_MAGIC.length)));
    return true;
  }

  #refuse(text: string): never {
    if (text === RDB_MAGIC) {
      throw new ProgramError(
        `at byte ${this.#offset} a snapshot of Redis's begins (RDB), which only Redis can read: load it into a redis-server and export from there, "edgeloop-kv export HOST:PORT"`,
      );
    }
    throw new ProgramError(`${this.#place()} begins with ${JSON.stringify(text[0])} and not with "*": only whole requests in the Redis protocol are taken, no lines`);
  }

  get #offset(): number {
    return this.#bufferOffset + this.#arrivals.start;
  }

  #place(): string {
    return `request ${this.#number + 1} at byte ${this.#offset}`;
  }
}
