import type { CommandStats } from '../catalogue/command-stats.js';

/** Turns of fewer fast commands are not all timed, but only one in so many milliseconds. */
const SMALL_TURN_CALLS = 4;
const SAMPLE_MS = 1;

/**
 * Finds out how long commands take, at less than one look at the clock for each.
 *
 * A look at the clock takes a tenth of the time of a GET. So commands that are flagged as fast or take O(1), about as long
 * as each other, share the time of their turn, that of a client's pipeline: commandstats is right on the average, with the
 * reading of the requests included. Where one small turn chases the other, most of them take the time of the next that is looked at.
 * The other commands are timed one by one, and where one follows another, the end of the first is the begin of the second.
 */
export class Stopwatch {
  /** Of the commands that wait for their time. Only the first `#waiting` count. */
  readonly #untimed: CommandStats[] = [];
  #waiting = 0;
  /** Fast commands of this turn. */
  #calls = 0;
  #beganMs = 0;
  /** The last look at the clock, if nothing but a timed command came since; otherwise NaN. */
  #markMs = Number.NaN;
  /** Of the turn, the time of commands that were timed by themselves. */
  #timedMs = 0;
  /** When the last turn ended that was timed. */
  #sampledMs = 0;

  /** Fast commands of this turn so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Begins a turn. */
  begin(nowMs: number): void {
    this.#calls = 0;
    this.#beganMs = nowMs;
    this.#markMs = nowMs;
    this.#timedMs = 0;
  }

  /** A fast command has run. */
  share(stats: CommandStats): void {
    if (stats.untimed++ === 0) this.#untimed[this.#waiting++] = stats;
    this.#calls++;
    this.#markMs = Number.NaN;
  }

  /** When a command begins that is timed by itself. */
  start(): number {
    return Number.isNaN(this.#markMs) ? performance.now() : this.#markMs;
  }

  /** It has ended. Returns how many milliseconds it took. */
  stop(stats: CommandStats, startMs: number): number {
    const endMs = performance.now();
    this.#markMs = endMs;
    this.#timedMs += endMs - startMs;
    stats.record(endMs - startMs, 1);
    return endMs - startMs;
  }

  /** Ends a turn; one that has moved much is timed in any case. Returns how many milliseconds each of the fast commands took; 0 if that is not known. */
  end(isLarge: boolean): number {
    if (this.#calls === 0 || (!isLarge && this.#calls < SMALL_TURN_CALLS && this.#beganMs - this.#sampledMs < SAMPLE_MS)) return 0;
    const endMs = Number.isNaN(this.#markMs) ? performance.now() : this.#markMs;
    const eachMs = Math.max(0, endMs - this.#beganMs - this.#timedMs) / this.#calls;
    this.#sampledMs = endMs;
    for (let i = 0; i < this.#waiting; i++) {
      const stats = this.#untimed[i] as CommandStats;
      const calls = stats.untimed;
      stats.untimed = 0;
      stats.record(eachMs, calls);
    }
    this.#waiting = 0;
    return eachMs;
  }
}
