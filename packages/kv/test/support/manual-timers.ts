import type { TimerHandle, Timers } from '../../src/server/timers.js';

interface Timer {
  dueMs: number;
  readonly periodMs: number | undefined;
  readonly callback: () => void;
}

/** Timers that wait until the test lets time pass. */
export class ManualTimers implements Timers {
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  after(delayMs: number, callback: () => void): TimerHandle {
    return this.#add({ dueMs: this.#nowMs + delayMs, periodMs: undefined, callback });
  }

  every(periodMs: number, callback: () => void): TimerHandle {
    return this.#add({ dueMs: this.#nowMs + periodMs, periodMs, callback });
  }

  /** Lets those run that are due then, each once, in order. */
  elapse(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#timers].filter(({ dueMs }) => dueMs <= this.#nowMs).toSorted((one, other) => one.dueMs - other.dueMs);
    for (const timer of due) if (this.#timers.has(timer)) this.#run(timer);
  }

  #add(timer: Timer): TimerHandle {
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  #run(timer: Timer): void {
    if (timer.periodMs === undefined) this.#timers.delete(timer);
    else timer.dueMs = this.#nowMs + timer.periodMs;
    timer.callback();
  }
}
