/** Keys of a granule on the average: as many as a write may have to dump first. */
const GRANULE_KEYS = 16;
const MAX_BITS = 26;

/**
 * The hash space in parts of the same width, the granules, and which of them are done. A granule belongs to no database and to no
 * segment of a table, only to hashes: so it means the same keys however tables grow, shrink, or change their places.
 */
export class Granules {
  readonly count: number;
  /** How much of the hash space, which has 2^32 places, one of them takes. */
  readonly width: number;
  readonly #shift: number;
  readonly #done: Uint8Array;

  constructor(keys: number) {
    const bits = Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(keys / GRANULE_KEYS))));
    this.count = 2 ** bits;
    this.width = 2 ** (32 - bits);
    this.#shift = 31 - bits;
    this.#done = new Uint8Array(Math.ceil(this.count / 8));
  }

  /** The number of the granule that a hash lies in. */
  of(hash: number): number {
    // Two shifts, for a shift by 32 does nothing.
    return (hash >>> 1) >>> this.#shift;
  }

  isDone(granule: number): boolean {
    return ((this.#done[granule >>> 3] as number) & (1 << (granule & 7))) !== 0;
  }

  finish(granule: number): void {
    this.#done[granule >>> 3] = (this.#done[granule >>> 3] as number) | (1 << (granule & 7));
  }
}
