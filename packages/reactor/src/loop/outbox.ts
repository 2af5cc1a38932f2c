import { type Transferable } from 'node:worker_threads';
import { EdgeloopError, check } from '../errors.js';
import { INBOX_CLOSED, INBOX_LOOK, INBOX_QUEUED, INBOX_WOKEN, type InboxAddress, inboxClosed } from './inbox.js';
import { EINTR } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';

/**
 * The sending side of an inbox, in another thread. Owns a duplicate of the inbox's eventfd, so that a late wake-up never
 * reaches a stranger that has got the descriptor's number meanwhile.
 */
export class Outbox<T> {
  readonly #kernel: Kernel;
  readonly #address: InboxAddress;
  readonly #eventfd: number;
  #closed = false;

  /** Errors: EL_INBOX_CLOSED, and a SystemError of fcntl. */
  constructor(kernel: Kernel, address: InboxAddress) {
    this.#kernel = kernel;
    this.#address = address;
    this.#eventfd = kernel.duplicate(address.eventfd);
    // The inbox raises the flag before it closes the descriptor: one that is duplicated before the flag is its own.
    if (this.#inboxClosed) {
      if (this.#eventfd >= 0) kernel.close(this.#eventfd);
      throw inboxClosed();
    }
    check(this.#eventfd, 'fcntl');
  }

  /**
   * Leaves a message for the loop and wakes it. What can be posted is what a MessagePort takes.
   * Errors: EL_QUEUE_FULL when as many messages are under way as the inbox holds; EL_INBOX_CLOSED; a DataCloneError.
   */
  post(message: T, transfer: readonly Transferable[] = []): void {
    const { cells, port, capacity } = this.#address;
    if (this.#closed || this.#inboxClosed) throw inboxClosed();
    if (Atomics.add(cells, INBOX_QUEUED, 1) >= capacity) {
      Atomics.sub(cells, INBOX_QUEUED, 1);
      throw new EdgeloopError('EL_QUEUE_FULL', `${capacity} messages are under way to the inbox already; send fewer, or open it with a larger capacity`);
    }
    try {
      port.postMessage(message, transfer);
    } catch (error) {
      Atomics.sub(cells, INBOX_QUEUED, 1);
      throw error;
    }
    this.#wake();
  }

  /** Gives the descriptor and the port back. What was posted still arrives. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#kernel.close(this.#eventfd);
    this.#address.port.close();
  }

  /**
   * Wakes the loop, unless somebody has done so for its next look. That it has been done is said afterwards: a thread that is ended in between
   * would keep all others from waking it.
   */
  #wake(): void {
    const { cells } = this.#address;
    const look = Atomics.load(cells, INBOX_LOOK);
    if (Atomics.load(cells, INBOX_WOKEN) === look) return;
    while (this.#kernel.eventfdSignal(this.#eventfd) === -EINTR);
    Atomics.store(cells, INBOX_WOKEN, look);
  }

  get #inboxClosed(): boolean {
    return Atomics.load(this.#address.cells, INBOX_CLOSED) === 1;
  }
}
