import type { RequestLimits } from '../protocol/request-limits.js';
import { RequestReader } from '../protocol/request-reader.js';

/** What a client has sent and is not served yet: the begin of a request, or all that came while the client was blocked. */
export class PendingInput {
  readonly reader: RequestReader;
  #buffer: Buffer;
  #length: number;

  /** Takes over what `reader` has not consumed of `bytes`. */
  constructor(limits: RequestLimits, reader: RequestReader, bytes: Buffer) {
    const rest = bytes.subarray(reader.consumed);
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(1024, rest.length * 2));
    this.#buffer.set(rest);
    this.#length = rest.length;
    this.reader = new RequestReader(limits);
    this.reader.continueFrom(reader);
    this.reader.moved(reader.consumed);
    this.reader.resume(this.#buffer, this.#length);
  }

  /** Bytes. */
  get length(): number {
    return this.#length - this.reader.consumed;
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#buffer.length;
  }

  append(chunk: Buffer): void {
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
    this.reader.resume(this.#buffer, this.#length);
  }

  /** Drops what is served, and where half the room would be taken again, doubles it: by what has come, and not by what was announced. */
  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const consumed = this.reader.consumed;
    const kept = this.#length - consumed;
    const room = (kept + bytes) * 2;
    const target = room > this.#buffer.length ? Buffer.allocUnsafeSlow(room) : this.#buffer;
    target.set(this.#buffer.subarray(consumed, this.#length));
    this.#buffer = target;
    this.#length = kept;
    this.reader.moved(consumed);
  }
}
