import type { Kernel } from '../kernel/kernel.js';

const NONE = -1;

/**
 * One descriptor held back for the day when there are no more.
 *
 * At EMFILE a listener cannot accept, so the connection stays in its backlog and the listener readable: the client
 * hangs and a level-triggered loop spins. Giving the reserve up for a moment lets the connection be accepted and
 * closed, so that its client learns at once that it was not served (the remedy of libev and libuv).
 */
export class ReserveDescriptor {
  readonly #kernel: Kernel;
  #fd = NONE;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#take();
  }

  /** Accepts one connection of the listening socket and closes it. Returns false if that was not possible. */
  shed(listener: number, address: Uint8Array): boolean {
    if (!this.refill()) return false;
    this.#kernel.close(this.#fd);
    const accepted = this.#kernel.accept(listener, address, address.length);
    if (accepted >= 0) this.#kernel.close(accepted);
    this.#take();
    return accepted >= 0;
  }

  /**
   * Takes a descriptor again if the last one was lost: somebody else may have been faster, or there is less room than before.
   * Returns false if none is to be had, and then there is none for a connection either.
   */
  refill(): boolean {
    if (this.#fd === NONE) this.#take();
    return this.#fd !== NONE;
  }

  close(): void {
    if (this.#fd !== NONE) this.#kernel.close(this.#fd);
    this.#fd = NONE;
  }

  #take(): void {
    const fd = this.#kernel.openNull();
    this.#fd = fd < 0 ? NONE : fd;
  }
}
