import { demand } from './finding.js';

/**
 * One direction of a connection: what one side has sent and the other has yet to receive. What arrives must be just that, in
 * this order; what never arrives is a question of how the connection ended.
 */
export class Stream {
  readonly #what: string;
  #pending: Buffer[] = [];
  #sent = 0;
  #received = 0;

  constructor(what: string) {
    this.#what = what;
  }

  get sent(): number {
    return this.#sent;
  }

  get received(): number {
    return this.#received;
  }

  /** Bytes that have been sent and not received. */
  get missing(): number {
    return this.#sent - this.#received;
  }

  /** Notes what is sent. The bytes are copied. */
  send(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pending.push(Buffer.from(bytes));
    this.#sent += bytes.length;
  }

  receive(chunk: Buffer): void {
    demand(chunk.length > 0, () => `${this.#what}: a chunk without bytes`);
    demand(chunk.length <= this.missing, () => `${this.#what}: ${chunk.length} bytes have come, but only ${this.missing} of those sent are missing`);
    for (let at = 0; at < chunk.length; ) at += this.#match(chunk, at);
    this.#received += chunk.length;
  }

  /** Compares as much as the first piece has. Returns how much that was. */
  #match(chunk: Buffer, at: number): number {
    const first = this.#pending[0] as Buffer;
    const count = Math.min(first.length, chunk.length - at);
    const equal = first.compare(chunk, at, at + count, 0, count) === 0;
    demand(equal, () => `${this.#what}: other bytes than were sent, between byte ${this.#received + at} and ${this.#received + at + count}`);
    if (count === first.length) this.#pending.shift();
    else this.#pending[0] = first.subarray(count);
    return count;
  }
}
