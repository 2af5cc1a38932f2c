import { markAsUntransferable } from 'node:worker_threads';

/** Written over a segment in debug mode; "0xdb" reads as "debug" in a dump. */
const POISON = 0xdb;

/**
 * The memory that all connections of a loop receive into: one segment for each receive of a batch. A handler sees a
 * view of a segment, valid until the handler returns; then another receive overwrites it. Untouched memory costs
 * nothing, so segments may be long.
 */
export class ReceiveArena {
  readonly bytes: Buffer;
  /** The view made last of each segment, since messages of one kind tend to have one length. */
  readonly #views: Buffer[] = [];

  constructor(
    readonly segmentBytes: number,
    readonly segments: number,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(segmentBytes * segments);
    // A handler that posts a chunk's memory to a worker would take it away from all connections.
    markAsUntransferable(this.bytes.buffer);
    for (let i = 0; i < segments; i++) this.#views.push(this.#subarray(i, 0));
  }

  /** The first `length` bytes of a segment. */
  view(segment: number, length: number): Buffer {
    const last = this.#views[segment] as Buffer;
    if (last.length === length) return last;
    return (this.#views[segment] = this.#subarray(segment, length));
  }

  /** Makes a chunk that was kept beyond its handler unmistakably wrong. */
  poison(chunk: Buffer): void {
    chunk.fill(POISON);
  }

  #subarray(segment: number, length: number): Buffer {
    const start = segment * this.segmentBytes;
    return this.bytes.subarray(start, start + length);
  }
}
