import { type DescriptorWatch, watchReadable } from '../kernel/descriptor-watch.js';
import type { Host, Turnable } from './host.js';

/**
 * Lives beside everything else in a Node process: libuv waits for the epoll descriptor and the loop turns, without
 * waiting, when there is something to do.
 *
 * The turn runs in setImmediate and not in the watch's callback, because only there are promises drained after it and
 * a throw reaches 'uncaughtException'. libuv runs immediates right after polling, so no time is lost.
 */
export class EmbeddedHost implements Host {
  #loop: Turnable | undefined;
  #watch: DescriptorWatch | undefined;
  #scheduled = false;

  attach(loop: Turnable): void {
    this.#loop = loop;
    const watch = watchReadable(loop.descriptor, () => this.wake());
    watch.hold(loop.keepAlive.held);
    loop.keepAlive.onChange = (held) => watch.hold(held);
    this.#watch = watch;
  }

  wake(): void {
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
      loop.turn(0);
    } finally {
      // Also after a throw: a program that lives on has a loop that goes on.
      if (loop.busy) this.wake();
    }
  };
}
