import type { TimerHandle, Timers } from '../server/timers.js';

/** Node's timers, which keep no process alive here. */
export class NodeTimers implements Timers {
  after(delayMs: number, callback: () => void): TimerHandle {
    const timer = setTimeout(callback, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  }

  every(periodMs: number, callback: () => void): TimerHandle {
    const timer = setInterval(callback, periodMs).unref();
    return { cancel: () => clearInterval(timer) };
  }
}
