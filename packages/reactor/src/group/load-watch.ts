import type { Meters } from '../loop/meters.js';

/** A loop that has nothing to do turns every now and then all the same. */
const BUSY_PART = 0.05;

/** The turns that a loop has ended. */
interface Turns {
  readonly count: number;
  readonly ms: number;
}

/**
 * Whether a loop lags: whether who comes to it now would wait for long. Seen from outside, in the numbers that the loop keeps in shared
 * memory, because a loop that is blocked tells nobody. It lags when its present turn, or those since the last look on average, take longer
 * than the limit, and until they take less than half of it, so that it does not come and go.
 */
export class LoadWatch {
  readonly #meters: Meters;
  readonly #limitMs: number;
  #before: Turns;
  #meanMs = 0;
  #lagging = false;
  #busy = false;
  #lookedMs = 0;

  /** `limitMs` 0: it never lags. */
  constructor(meters: Meters, limitMs: number) {
    this.#meters = meters;
    this.#limitMs = limitMs;
    this.#before = this.#ended();
  }

  get lagging(): boolean {
    return this.#lagging;
  }

  /** Whether it was in a turn at the last look, or in turns for more than a little of the time before it. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Looks again; `nowMs` is on the system's monotonic clock. Returns how long a turn takes at present. */
  look(nowMs: number): number {
    const { turnBeganMs, turnEndedMs } = this.#meters.gauges;
    const ageMs = turnBeganMs > turnEndedMs ? nowMs - turnBeganMs : 0;
    const before = this.#before;
    const turnMs = Math.max(ageMs, this.#meanTurnMs(ageMs > 0));
    this.#busy = ageMs > 0 || this.#before.ms - before.ms > (nowMs - this.#lookedMs) * BUSY_PART;
    this.#lookedMs = nowMs;
    const limitMs = this.#lagging ? this.#limitMs / 2 : this.#limitMs;
    this.#lagging = this.#limitMs > 0 && turnMs > limitMs;
    return turnMs;
  }

  /** While a turn goes on, and none has ended since the last look, nothing better is known than what was known then. */
  #meanTurnMs(turning: boolean): number {
    const now = this.#ended();
    const count = now.count - this.#before.count;
    if (count > 0) this.#meanMs = (now.ms - this.#before.ms) / count;
    else if (!turning) this.#meanMs = 0;
    this.#before = now;
    return this.#meanMs;
  }

  #ended(): Turns {
    const { count, sum } = this.#meters.turnSeconds;
    return { count, ms: sum * 1000 };
  }
}
