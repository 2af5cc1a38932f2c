/** How often what has happened, by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(what: string, times = 1): void {
    if (times > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  add(counts: Readonly<Record<string, number>>): void {
    for (const [what, times] of Object.entries(counts)) this.count(what, times);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** The most frequent first. */
  lines(): string[] {
    return [...this.#counts].sort((a, b) => b[1] - a[1]).map(([what, times]) => `${times.toLocaleString('en').padStart(13)}  ${what}`);
  }
}
