import type { Timers } from './timers.js';

/** What one slice may take of the loop's time, and what lies between two: the clients get the larger part. */
export const SLICE_MS = 0.5;
const PAUSE_MS = 2;

/** A task in slices, with the clients' requests between them. */
export class Sliced {
  readonly #timers: Timers;
  readonly #slice: () => boolean;
  #isWaiting = false;

  /** `slice` returns whether there is more to do. */
  constructor(timers: Timers, slice: () => boolean) {
    this.#timers = timers;
    this.#slice = slice;
  }

  /** Does the next slices, the first one after a pause. Does nothing if it is at it. */
  start(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#timers.after(PAUSE_MS, () => {
      this.#isWaiting = false;
      if (this.#slice()) this.start();
    });
  }
}
