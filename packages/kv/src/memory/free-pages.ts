const NONE = -1;

/**
 * Which pages of which chunks nobody uses. Pages are handed out from the lowest chunk that has some, so that the higher ones
 * become empty and can be given back when little is left.
 */
export class FreePages {
  readonly #pagesPerChunk: number;
  /** The first free page of each chunk, and of each free page the one after it. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #counts: Uint16Array;
  /** Chunks below this one have no free page. */
  #lowest = 0;

  constructor(maxChunks: number, pagesPerChunk: number) {
    this.#pagesPerChunk = pagesPerChunk;
    this.#first = new Int32Array(maxChunks).fill(NONE);
    this.#next = new Int32Array(maxChunks * pagesPerChunk);
    this.#counts = new Uint16Array(maxChunks);
  }

  /** A page, which is in use from now on, or -1 if there is none. */
  take(): number {
    while (this.#counts[this.#lowest] === 0) this.#lowest++;
    if (this.#lowest === this.#counts.length) return NONE;
    const page = this.#first[this.#lowest] as number;
    this.#first[this.#lowest] = this.#next[page] as number;
    (this.#counts[this.#lowest] as number)--;
    return page;
  }

  /** Nobody uses the page any more. */
  put(page: number): void {
    const chunk = Math.floor(page / this.#pagesPerChunk);
    this.#next[page] = this.#first[chunk] as number;
    this.#first[chunk] = page;
    (this.#counts[chunk] as number)++;
    if (chunk < this.#lowest) this.#lowest = chunk;
  }

  /** Whether all pages of a chunk are free. */
  isEmpty(chunk: number): boolean {
    return this.#counts[chunk] === this.#pagesPerChunk;
  }

  /** The pages `[from, to)` of a new chunk are free, and will be taken in this order. */
  add(from: number, to: number): void {
    for (let page = to - 1; page >= from; page--) this.put(page);
  }

  /** There is no such chunk any more. */
  forget(chunk: number): void {
    this.#first[chunk] = NONE;
    this.#counts[chunk] = 0;
  }
}
