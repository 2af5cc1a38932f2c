import type { PluginTimers } from '@edgeloop/reactor';
import type { TimerHandle, Timers } from '../server/timers.js';

/** For a delay that a client has named and that is beyond all numbers, which is infinite here: about as long. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/** The reactor's timers. They keep no process alive: a server lives as long as somebody may connect. */
export class ReactorTimers implements Timers {
  readonly #timers: PluginTimers;

  constructor(timers: PluginTimers) {
    this.#timers = timers;
  }

  after(delayMs: number, callback: () => void): TimerHandle {
    return this.#timers.setTimeout(callback, Math.min(Math.ceil(delayMs), FOREVER_MS)).unref();
  }

  every(periodMs: number, callback: () => void): TimerHandle {
    return this.#timers.setInterval(callback, periodMs).unref();
  }
}
