import type { Meters } from '../loop/meters.js';
import { WAIT } from '../loop/stage.js';

/** What is seen of a loop at one moment. */
interface Sight {
  readonly turns: number;
  readonly busyMs: number;
}

/**
 * Whether a loop lags: whether who comes to it now would wait for long. Seen from outside, in the numbers that the loop keeps in shared
 * memory, because a loop that is blocked tells nobody. It lags when its present turn, or those since the last look on average, take longer
 * than the limit, and until they take less than half of it, so that it does not come and go.
 */
export class LoadWatch {
  readonly #meters: Meters;
  readonly #limitMs: number;
  #before: Sight;
  #lagging = false;

  /** `limitMs` 0: it never lags. */
  constructor(meters: Meters, limitMs: number) {
    this.#meters = meters;
    this.#limitMs = limitMs;
    this.#before = this.#sight();
  }

  get lagging(): boolean {
    return this.#lagging;
  }

  /** Looks again; `nowMs` is on the system's monotonic clock. Returns how long a turn takes at present. */
  look(nowMs: number): number {
    const turnMs = Math.max(this.#turnAgeMs(nowMs), this.#meanTurnMs());
    const limitMs = this.#lagging ? this.#limitMs / 2 : this.#limitMs;
    this.#lagging = this.#limitMs > 0 && turnMs > limitMs;
    return turnMs;
  }

  #turnAgeMs(nowMs: number): number {
    const { turnBeganMs, turnEndedMs } = this.#meters.gauges;
    return turnBeganMs > turnEndedMs ? nowMs - turnBeganMs : 0;
  }

  #meanTurnMs(): number {
    const now = this.#sight();
    const turns = now.turns - this.#before.turns;
    const busyMs = now.busyMs - this.#before.busyMs;
    this.#before = now;
    return turns > 0 ? busyMs / turns : 0;
  }

  /** What a turn that goes on has taken so far is counted with its stages as they end; its age says the rest. */
  #sight(): Sight {
    const { counters, stagesMs } = this.#meters;
    return { turns: counters.turns, busyMs: stagesMs.reduce((sum, ms, stage) => (stage === WAIT ? sum : sum + ms), 0) };
  }
}
