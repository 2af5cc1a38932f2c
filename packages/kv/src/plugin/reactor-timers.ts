import type { PluginTimers } from '@edgeloop/reactor';
import type { TimerHandle, Timers } from '../server/timers.js';

/** The reactor's timers. They keep no process alive: a server lives as long as somebody may connect. */
export class ReactorTimers implements Timers {
  readonly #timers: PluginTimers;

  constructor(timers: PluginTimers) {
    this.#timers = timers;
  }

  after(delayMs: number, callback: () => void): TimerHandle {
    return this.#timers.setTimeout(callback, Math.ceil(delayMs)).unref();
  }

  every(periodMs: number, callback: () => void): TimerHandle {
    return this.#timers.setInterval(callback, periodMs).unref();
  }
}
