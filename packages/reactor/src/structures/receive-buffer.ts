/** Views up to this length are kept, one for each length, so that a stream of small messages allocates none. */
const KEPT_VIEW_BYTES = 2048;

/** Written over the buffer in debug mode; "0xdb" reads as "debug" in a dump. */
const POISON = 0xdb;

/**
 * The one buffer that all connections of a loop receive into. A handler sees a view of it that is valid until the
 * handler returns; then the next recv overwrites it.
 */
export class ReceiveBuffer {
  readonly bytes: Buffer;
  readonly #views: (Buffer | undefined)[] = [];

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafeSlow(length);
  }

  /** The first `length` bytes. */
  view(length: number): Buffer {
    if (length > KEPT_VIEW_BYTES) return this.bytes.subarray(0, length);
    return (this.#views[length] ??= this.bytes.subarray(0, length));
  }

  /** Makes a chunk that was kept beyond its handler unmistakably wrong. */
  poison(length: number): void {
    this.bytes.fill(POISON, 0, length);
  }
}
