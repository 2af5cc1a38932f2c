import { type DescriptorWatch, watchReadable } from '../kernel/descriptor-watch.js';
import { DEDICATED_PENDING_WAIT_MS, DEDICATED_WAIT_MS } from '../limits.js';
import type { Host, Turnable } from './host.js';

/**
 * Owns its thread: the loop itself waits in epoll_wait, and Node's own loop is visited between turns, where promises
 * are drained, timers run and messages come in. While the loop waits these wait too, so the wait is bounded; it is
 * short while a handler's promise is pending, because that may depend on them.
 *
 * While nothing keeps the process alive it rests: libuv waits for the epoll descriptor, as in the embedded host, so that
 * Node sees a thread with nothing to do and may end it.
 */
export class DedicatedHost implements Host {
  #loop: Turnable | undefined;
  #watch: DescriptorWatch | undefined;
  #scheduled = false;

  attach(loop: Turnable): void {
    this.#loop = loop;
    loop.keepAlive.onChange = (held) => {
      if (held) this.wake();
    };
    this.wake();
  }

  wake(): void {
    this.#watch?.close();
    this.#watch = undefined;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  detach(): void {
    if (this.#loop !== undefined) this.#loop.keepAlive.onChange = () => {};
    this.#watch?.close();
    this.#watch = undefined;
    this.#loop = undefined;
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    const loop = this.#loop;
    if (loop === undefined) return;
    try {
      loop.turn(this.#waitMs(loop));
    } finally {
      // Also after a throw: a program that lives on has a loop that goes on.
      if (this.#loop !== undefined) this.#goOn(loop);
    }
  };

  /** Asked after the turn, in which work may have appeared that nothing in the epoll set tells of. */
  #goOn({ keepAlive, busy, descriptor }: Turnable): void {
    if (keepAlive.held || busy) this.wake();
    else if (!this.#scheduled) this.#rest(descriptor);
  }

  #waitMs({ keepAlive, pendingPromises }: Turnable): number {
    if (!keepAlive.held) return 0;
    return pendingPromises > 0 ? DEDICATED_PENDING_WAIT_MS : DEDICATED_WAIT_MS;
  }

  #rest(descriptor: number): void {
    this.#watch = watchReadable(descriptor, () => this.wake());
    this.#watch.hold(false);
  }
}
