import type { TimerHandle, Timers } from '../server/timers.js';

/** The longest that Node waits. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The timers of Node's own loop, for a store without a reactor. They keep no process alive. */
export const nodeTimers: Timers = {
  after(delayMs: number, callback: () => void): TimerHandle {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(periodMs: number, callback: () => void): TimerHandle {
    const timer = setInterval(callback, periodMs).unref();
    return { cancel: () => clearInterval(timer) };
  },
};
