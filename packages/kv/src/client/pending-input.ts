import type { InputBuffers } from './input-buffers.js';
import type { RequestLimits } from '../protocol/request-limits.js';
import { RequestReader } from '../protocol/request-reader.js';

/** What a client has sent and is not served yet: the begin of a request, or all that came while the client was blocked. */
export class PendingInput {
  readonly reader: RequestReader;
  readonly #buffers: InputBuffers;
  #buffer: Buffer;
  #length: number;

  /** Takes over what `reader` has not consumed of `bytes`. */
  constructor(limits: RequestLimits, reader: RequestReader, bytes: Buffer, buffers: InputBuffers) {
    const rest = bytes.subarray(reader.consumed);
    this.#buffers = buffers;
    this.#buffer = buffers.take(rest.length * 2);
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

  /** To be called when all of it is served, and nothing more will be appended. */
  release(): void {
    this.#buffers.giveBack(this.#buffer);
  }

  /** Drops what is served, and where half the room would be taken again, doubles it: by what has come, and not by what was announced. */
  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const consumed = this.reader.consumed;
    const kept = this.#length - consumed;
    const room = (kept + bytes) * 2;
    const target = room > this.#buffer.length ? this.#buffers.take(room) : this.#buffer;
    target.set(this.#buffer.subarray(consumed, this.#length));
    if (target !== this.#buffer) this.#buffers.giveBack(this.#buffer);
    this.#buffer = target;
    this.#length = kept;
    this.reader.moved(consumed);
  }
}
