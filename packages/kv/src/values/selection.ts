/**
 * Decides for one element after another whether it is taken, so that of `size` elements `count` are, each such choice with the
 * same chance: selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S).
 */
export class Selection {
  #wanted: number;
  #left: number;
  readonly #random: () => number;

  constructor(count: number, size: number, random: () => number) {
    this.#wanted = count;
    this.#left = size;
    this.#random = random;
  }

  /** Whether the next element is taken. */
  takes(): boolean {
    if (this.#random() * this.#left-- >= this.#wanted) return false;
    this.#wanted--;
    return true;
  }
}
