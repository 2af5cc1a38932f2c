import { IDLE_LOOK_MS, LOAD_LOOK_MS } from '../limits.js';
import type { Log } from '../log.js';
import { monotonicMs } from '../loop/stopwatch.js';
import type { Timer } from '../loop/timer.js';
import type { Reactor } from '../reactor.js';
import type { WorkerSlot } from './worker-slot.js';

export interface LoadMonitorParts {
  readonly reactor: Pick<Reactor, 'setTimeout'>;
  readonly log: Log;
  readonly slots: readonly WorkerSlot[];
  /** Who lags, and so is to get no new connections, has changed. */
  readonly changed: () => void;
}

/**
 * Looks again and again whether the loops of a group lag: often while one of them has something to do, and seldom while all rest, so that an
 * idle group sleeps. Owns its timer.
 */
export class LoadMonitor {
  readonly #parts: LoadMonitorParts;
  #next: Timer;

  constructor(parts: LoadMonitorParts) {
    this.#parts = parts;
    this.#next = this.#after(IDLE_LOOK_MS);
  }

  stop(): void {
    this.#next.cancel();
  }

  #after(delayMs: number): Timer {
    return this.#parts.reactor.setTimeout(() => this.#look(), delayMs).unref();
  }

  #look(): void {
    const nowMs = monotonicMs();
    const serving = this.#parts.slots.filter(({ up }) => up);
    const turned = serving.filter((slot) => this.#lookAt(slot, nowMs));
    this.#next = this.#after(serving.some(({ watch }) => watch.busy) ? LOAD_LOOK_MS : IDLE_LOOK_MS);
    if (turned.length > 0) this.#parts.changed();
  }

  /** Returns whether it has begun to lag, or ceased to. */
  #lookAt({ index, watch }: WorkerSlot, nowMs: number): boolean {
    const before = watch.lagging;
    const turnMs = watch.look(nowMs);
    if (watch.lagging === before) return false;
    const { log } = this.#parts;
    const fields = { worker: index, turnMs };
    if (watch.lagging) log.warn({ event: 'worker.lagging', ...fields }, `worker ${index} lags, a turn takes ${Math.round(turnMs)} ms: it gets no new connections for now`);
    else log.info({ event: 'worker.recovered', ...fields }, `worker ${index} lags no more`);
    return true;
  }
}
