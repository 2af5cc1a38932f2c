/** Counts by name, of a set of names that is known beforehand and whose last one stands for all others. Lies in memory that is given. */
export class Tally {
  readonly #names: readonly string[];
  readonly #cells: Float64Array;
  readonly #indexes: ReadonlyMap<string, number>;

  /** `cells` has as many numbers as there are names. */
  constructor(names: readonly string[], cells: Float64Array) {
    this.#names = names;
    this.#cells = cells;
    this.#indexes = new Map(names.map((name, index) => [name, index]));
  }

  count(name: string): void {
    const index = this.#indexes.get(name) ?? this.#names.length - 1;
    this.#cells[index] = (this.#cells[index] as number) + 1;
  }

  /** Every name with its count, those that were never counted too. */
  entries(): [string, number][] {
    return this.#names.map((name, index) => [name, this.#cells[index] as number]);
  }
}
