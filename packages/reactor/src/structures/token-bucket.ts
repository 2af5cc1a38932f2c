const MS_PER_SECOND = 1000;

/** Lets so many through a second, and a second's worth at once: a bucket that fills evenly and is never fuller than that. */
export class TokenBucket {
  #perSecond: number;
  /** What is in the bucket, in thousandths of a token: a millisecond brings a whole number of them, and ten tenths of a token are one. */
  #thousandths: number;
  #filledMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#thousandths = perSecond * MS_PER_SECOND;
    this.#filledMs = nowMs;
  }

  /** Takes a token; false if there is none. */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#thousandths < MS_PER_SECOND) return false;
    this.#thousandths -= MS_PER_SECOND;
    return true;
  }

  /** Goes on with what is in the bucket, as far as it fits: who changes the rate often lets no more through by that. */
  changeRate(perSecond: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#perSecond = perSecond;
    this.#fill(nowMs);
  }

  #fill(nowMs: number): void {
    const filled = this.#thousandths + (nowMs - this.#filledMs) * this.#perSecond;
    this.#filledMs = nowMs;
    this.#thousandths = Math.min(this.#perSecond * MS_PER_SECOND, filled);
  }
}
