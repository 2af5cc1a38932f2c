import { invariant } from '../invariant.js';

/** What a histogram has counted. */
export interface HistogramCounts {
  /** Upper bounds of the buckets, inclusive. */
  readonly bounds: readonly number[];
  /** Values in each bucket, and at the end those above all bounds: not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** How the buckets of a histogram lie: the first ends at `lowest`, each next one at twice the bound before. */
export interface HistogramShape {
  readonly lowest: number;
  readonly buckets: number;
}

/**
 * Counts values in buckets whose bounds double. Lies in memory that is given, and allocates nothing per value: the bucket
 * is found with one count of leading zeros. At a factor of 2, a percentile that is read from it is off by less than that.
 */
export class Histogram {
  readonly #cells: Float64Array;
  readonly #lowest: number;
  readonly #bounds: readonly number[];

  /** Numbers that a histogram needs: its buckets, one for what is above them, and the sum. */
  static cells({ buckets }: HistogramShape): number {
    return buckets + 2;
  }

  constructor(shape: HistogramShape, cells: Float64Array) {
    // Above, the number of steps would not fit the 32 bits whose zeros are counted.
    invariant(shape.buckets <= 32, 'a histogram has more buckets than it can find');
    this.#cells = cells;
    this.#lowest = shape.lowest;
    this.#bounds = Array.from({ length: shape.buckets }, (_, bucket) => shape.lowest * 2 ** bucket);
  }

  /** Notes a value from 0 on. */
  observe(value: number): void {
    const cells = this.#cells;
    const bucket = this.#bucketOf(value);
    cells[bucket] = (cells[bucket] as number) + 1;
    const last = cells.length - 1;
    cells[last] = (cells[last] as number) + value;
  }

  /** How many values were noted. */
  get count(): number {
    const cells = this.#cells;
    let count = 0;
    for (let bucket = 0; bucket < cells.length - 1; bucket++) count += cells[bucket] as number;
    return count;
  }

  get sum(): number {
    return this.#cells[this.#cells.length - 1] as number;
  }

  read(): HistogramCounts {
    const numbers = Array.from(this.#cells);
    return { bounds: this.#bounds, counts: numbers.slice(0, -1), sum: numbers.at(-1) as number };
  }

  /** The first bucket whose bound is not below the value. */
  #bucketOf(value: number): number {
    const above = this.#bounds.length;
    const steps = Math.ceil(value / this.#lowest);
    if (steps <= 1) return 0;
    return steps >= 2 ** 31 ? above : Math.min(32 - Math.clz32(steps - 1), above);
  }
}
