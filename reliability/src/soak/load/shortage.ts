/** Whether the server is out of descriptors, which excuses it for whom it turns away. */
export class Shortage {
  /** Odd while it lasts. */
  #changes = 0;

  begin(): void {
    this.#changes++;
  }

  end(): void {
    this.#changes++;
  }

  /** Tells later on whether there has been a shortage at any time from now on. */
  watch(): () => boolean {
    const before = this.#changes;
    return () => before % 2 === 1 || this.#changes !== before;
  }
}
