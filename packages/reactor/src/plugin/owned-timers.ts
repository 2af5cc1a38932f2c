import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';
import type { Clock } from '../loop/clock.js';
import { type Timer, TimerOwner } from '../loop/timer.js';
import type { Witness } from '../loop/witness.js';
import type { PluginTimers } from './plugin.js';

export interface TimersParts {
  readonly loop: { readonly clock: Clock; readonly witness: Witness | undefined };
  /** Throws EL_REACTOR_CLOSED once no call is made any more. */
  assertRunning(): void;
}

/** The timers of a plugin, or of the program: all alike, but known by whose they are where one stalls the loop or is left behind. */
export class OwnedTimers implements PluginTimers {
  readonly #parts: TimersParts;
  readonly #owner: TimerOwner;

  /** `number` is the plugin's among those that are measured, or PROGRAM; `name` that of the plugin. */
  constructor(parts: TimersParts, number: number, name?: string) {
    this.#parts = parts;
    this.#owner = new TimerOwner(parts.loop.clock, number, name);
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    this.#parts.assertRunning();
    return this.#seen(this.#parts.loop.clock.after(checkDelay('setTimeout', delayMs), checkCallback('setTimeout', callback), this.#owner));
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    this.#parts.assertRunning();
    if (!Number.isInteger(periodMs) || periodMs < 1) {
      throw new EdgeloopError('EL_OPTION_INVALID', `setInterval: the period must be a whole number of milliseconds from 1 on, not ${inspect(periodMs)}`);
    }
    return this.#seen(this.#parts.loop.clock.every(periodMs, checkCallback('setInterval', callback), this.#owner));
  }

  #seen(timer: Timer): Timer {
    this.#parts.loop.witness?.opened(timer);
    return timer;
  }
}

/** Error: EL_OPTION_INVALID. */
export function checkDelay(method: string, delayMs: number): number {
  if (Number.isFinite(delayMs) && delayMs >= 0) return delayMs;
  throw new EdgeloopError('EL_OPTION_INVALID', `${method}: the delay must be a number of milliseconds from 0 on, not ${inspect(delayMs)}`);
}

/** Error: EL_OPTION_INVALID. */
export function checkCallback<Callback>(method: string, callback: Callback): Callback {
  if (typeof callback === 'function') return callback;
  throw new EdgeloopError('EL_OPTION_INVALID', `${method}: a function is needed, but got ${callback === null ? 'null' : typeof callback}`);
}
