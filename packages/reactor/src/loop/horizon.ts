import { EPOLL_BATCH_EVENTS } from '../limits.js';

/**
 * Up to when it is known what has come. After a process was stopped for a while, thousands of descriptors may be ready and as many
 * deadlines due, but one wait tells of a bounded number of them: that a peer has been silent is known only when all were told of.
 *
 * Epoll tells of what is ready in turns. So all that was ready at one wait has been told of when a later wait is not full, or when as
 * many events have been told of as there are channels: a flood puts no deadline off for long.
 */
export class Horizon {
  #ms: number;
  /** When the first of several full waits was over, and how many events are to follow until all channels have had their turn. */
  #sinceMs = 0;
  #left = 0;

  constructor(nowMs: number) {
    this.#ms = nowMs;
  }

  get ms(): number {
    return this.#ms;
  }

  /** A wait is over that has brought `events`, of `channels` that might have had some. */
  waited(nowMs: number, events: number, channels: number): void {
    if (events < EPOLL_BATCH_EVENTS) return this.#reach(nowMs);
    if (this.#left <= 0) {
      this.#sinceMs = nowMs;
      this.#left = channels;
    }
    this.#left -= events;
    if (this.#left <= 0) this.#reach(this.#sinceMs);
  }

  #reach(ms: number): void {
    this.#ms = ms;
    this.#left = 0;
  }
}
