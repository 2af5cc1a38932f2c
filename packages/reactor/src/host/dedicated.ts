import { DEDICATED_PENDING_WAIT_MS, DEDICATED_WAIT_MS } from '../limits.js';
import type { Host, Turnable } from './host.js';

/**
 * Owns its thread: the loop itself waits in epoll_wait, and Node's own loop is visited between turns, where promises
 * are drained, timers run and messages come in. While the loop waits these wait too, so the wait is bounded; it is
 * short while a handler's promise is pending, because that may depend on them.
 */
export class DedicatedHost implements Host {
  #loop: Turnable | undefined;

  attach(loop: Turnable): void {
    this.#loop = loop;
    setImmediate(this.#turn);
  }

  wake(): void {
    // The next turn is always scheduled, and does not wait when the loop is busy.
  }

  detach(): void {
    this.#loop = undefined;
  }

  readonly #turn = (): void => {
    const loop = this.#loop;
    if (loop === undefined) return;
    setImmediate(this.#turn);
    loop.turn(loop.pendingHandlers > 0 ? DEDICATED_PENDING_WAIT_MS : DEDICATED_WAIT_MS);
  };
}
