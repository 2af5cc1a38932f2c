/** Lets so many through a second, and a second's worth at once: a bucket that fills evenly and is never fuller than that. */
export class TokenBucket {
  readonly #perSecond: number;
  #tokens: number;
  #filledMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledMs = nowMs;
  }

  /** Takes a token; false if there is none. */
  take(nowMs: number): boolean {
    const filled = this.#tokens + ((nowMs - this.#filledMs) * this.#perSecond) / 1000;
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#perSecond, filled);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
