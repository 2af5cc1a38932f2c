/** Random numbers that a seed repeats (mulberry32): a difference that was found once can be looked at again. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
    // Neighbouring seeds begin alike; the first numbers are thrown away.
    for (let i = 0; i < 4; i++) this.next();
  }

  /** From 0 up to but not including 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  /** Between `low` and `high` draws in a list. */
  some<T>(low: number, high: number, one: () => T): T[] {
    return Array.from({ length: this.between(low, high) }, one);
  }

  /** The arguments with some probability, else none: for options. */
  maybe(probability: number, ...args: readonly string[]): readonly string[] {
    return this.chance(probability) ? args : [];
  }
}
