import { check } from '../errors.js';
import { EPOLLIN } from '../kernel/abi.js';
import { MESSAGE_BUDGET_CALLS } from '../limits.js';
import type { Channel } from '../loop/channel.js';
import type { Loop } from '../loop/loop.js';
import { HANDLER } from '../loop/stage.js';

/**
 * The way back from the pool into the loop. A thread posts its answer to Node's own loop and signals the eventfd, which has the reactor's
 * loop end its wait and look there; what has come is delivered in a turn, within its budget.
 *
 * This is no inbox, although one could carry the answers. With it, a thread would have sent its answer before it is free again, and a
 * dedicated loop that has the one would learn of the other only at the end of its next wait. And an outbox owns a descriptor, which a
 * thread that is ended in the middle of a task cannot give back: this eventfd stays open until the last thread is gone.
 */
export class Answers implements Channel {
  readonly fd: number;
  readonly keepsAlive = false;
  slot = -1;
  readonly #loop: Loop;
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(loop: Loop) {
    this.#loop = loop;
    this.fd = check(loop.kernel.eventfdCreate(), 'eventfd');
    try {
      loop.poller.enter(this, EPOLLIN);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Has an answer delivered in this turn or the next one. */
  push(deliver: () => void): void {
    if (this.#closed) return deliver();
    this.#waiting.push(deliver);
    this.#loop.makeReady(this);
  }

  mark(): void {
    // An eventfd is only ever readable; service reads it.
  }

  service(): boolean {
    const { kernel, counters, stopwatch } = this.#loop;
    if (kernel.eventfdRead(this.fd) > 0) counters.wakeUps++;
    stopwatch.enter(HANDLER);
    for (const deliver of this.#waiting.splice(0, MESSAGE_BUDGET_CALLS)) deliver();
    return this.#waiting.length > 0;
  }

  /** Delivers what has come. The eventfd stays open, for threads may still write to it. */
  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#loop.forget(this);
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
    for (const deliver of this.#waiting.splice(0)) deliver();
  }

  /** No thread is left: gives the descriptor back. */
  release(): void {
    this.#loop.kernel.close(this.fd);
  }
}
