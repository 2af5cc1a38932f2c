import type { PluginContext, PluginTimers } from '@edgeloop/reactor';
import type { TimerHandle, Timers } from '../server/timers.js';

/** For a delay that a client has named and that is beyond all numbers, which is infinite here: about as long. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/** The reactor's timers. They keep no process alive: a server lives as long as somebody may connect. */
export class ReactorTimers implements Timers {
  readonly #timers: PluginTimers;
  readonly #post: (task: () => void) => void;

  constructor({ timers, post }: Pick<PluginContext<unknown>, 'timers' | 'post'>) {
    this.#timers = timers;
    this.#post = post;
  }

  after(delayMs: number, callback: () => void): TimerHandle {
    if (delayMs === 0) return this.#soon(callback);
    return this.#timers.setTimeout(callback, Math.min(Math.ceil(delayMs), FOREVER_MS)).unref();
  }

  /** In the next turn, which comes at once: timers tick in milliseconds, in which the loop may have nothing else to do. */
  #soon(callback: () => void): TimerHandle {
    let isCancelled = false;
    this.#post(() => {
      if (!isCancelled) callback();
    });
    return { cancel: () => void (isCancelled = true) };
  }

  every(periodMs: number, callback: () => void): TimerHandle {
    return this.#timers.setInterval(callback, periodMs).unref();
  }
}
