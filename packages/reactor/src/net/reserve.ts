import { constants } from 'node:os';
import type { Kernel } from '../kernel/kernel.js';

const { EMFILE, ENFILE } = constants.errno;

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
    this.refill();
    if (this.#fd === NONE) return false;
    this.#kernel.close(this.#fd);
    const accepted = this.#kernel.accept(listener, address, address.length);
    if (accepted >= 0) this.#kernel.close(accepted);
    this.#take();
    return accepted >= 0;
  }

  /**
   * Takes a descriptor again if the last one was lost: somebody else may have been faster, or there is less room than before.
   * Returns false if descriptors are short, for then there is none for a connection either. What else keeps it from having one,
   * such as a root directory without /dev/null (chroot(2)), is no reason to accept nobody.
   */
  refill(): boolean {
    const result = this.#fd === NONE ? this.#take() : this.#fd;
    return result !== -EMFILE && result !== -ENFILE;
  }

  close(): void {
    if (this.#fd !== NONE) this.#kernel.close(this.#fd);
    this.#fd = NONE;
  }

  /** Returns the descriptor, or -errno. */
  #take(): number {
    const fd = this.#kernel.openNull();
    this.#fd = fd < 0 ? NONE : fd;
    return fd;
  }
}
