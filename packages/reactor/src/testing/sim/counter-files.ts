import { constants } from 'node:os';
import { EPOLLIN, EPOLLOUT } from '../../kernel/abi.js';
import { OpenFile } from './open-file.js';
import type { Scheduled, Timeline } from './timeline.js';

const { EAGAIN } = constants.errno;

const MAX_INT32 = 2 ** 31 - 1;

/** A counter that becomes 0 by being read, and cannot be read while it is 0: an eventfd or a timerfd. */
abstract class CounterFile extends OpenFile {
  protected count = 0;

  readiness(): number {
    return this.count > 0 ? EPOLLIN : 0;
  }

  /** Takes the count, cut to 2^31 - 1, or returns -EAGAIN. */
  read(): number {
    if (this.count === 0) return -EAGAIN;
    const count = Math.min(this.count, MAX_INT32);
    this.count = 0;
    return count;
  }
}

/** eventfd(2). */
export class EventFile extends CounterFile {
  override readiness(): number {
    return super.readiness() | EPOLLOUT;
  }

  override read(): number {
    const count = super.read();
    // There is room again for who writes.
    if (count > 0) this.wake(EPOLLOUT);
    return count;
  }

  signal(): number {
    this.count++;
    this.wake(EPOLLIN);
    return 0;
  }

  protected released(): void {
    this.count = 0;
  }
}

/** timerfd_create(2), for one expiry at a time. */
export class TimerFile extends CounterFile {
  readonly #timeline: Timeline;
  #expiry: Scheduled | undefined;

  constructor(timeline: Timeline) {
    super();
    this.#timeline = timeline;
  }

  /** Setting it takes an old expiry off, also one that has happened. 0 disarms. */
  arm(afterNs: number): void {
    this.#callOff();
    this.count = 0;
    if (afterNs > 0) this.#expiry = this.#timeline.after(afterNs, () => this.#expire());
  }

  protected released(): void {
    this.#callOff();
  }

  #callOff(): void {
    if (this.#expiry !== undefined) this.#timeline.callOff(this.#expiry);
    this.#expiry = undefined;
  }

  #expire(): void {
    this.#expiry = undefined;
    this.count = 1;
    this.wake(EPOLLIN);
  }
}
