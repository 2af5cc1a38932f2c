/**
 * The first few of many values in the order of their keys, ascending or descending; among equal keys what was offered
 * first comes first. For a walk over more values than one wants to collect and sort: a value that does not make it
 * costs a search among those that did.
 */
export class TopList<T> {
  readonly #limit: number;
  readonly #descending: boolean;
  readonly #keys: (number | string)[] = [];
  readonly #values: T[] = [];

  constructor(limit: number, order: 'asc' | 'desc') {
    this.#limit = limit;
    this.#descending = order === 'desc';
  }

  get values(): readonly T[] {
    return this.#values;
  }

  /** Keys are all numbers or all strings. */
  offer(key: number | string, value: T): void {
    const place = this.#placeOf(key);
    if (place >= this.#limit) return;
    this.#keys.splice(place, 0, key);
    this.#values.splice(place, 0, value);
    if (this.#values.length <= this.#limit) return;
    this.#keys.pop();
    this.#values.pop();
  }

  /** Behind all keys that are not to come after this one. */
  #placeOf(key: number | string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#keys[middle] as number | string;
      if (this.#descending ? other >= key : other <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
