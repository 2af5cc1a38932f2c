import type { Channel } from './channel.js';
import { check } from '../errors.js';
import { EPOLLIN } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Poller } from './poller.js';

const NS_PER_MS = 1_000_000;

export interface Alarm {
  cancel(): void;
}

interface Pending extends Alarm {
  readonly dueMs: number;
  readonly ring: () => void;
}

/**
 * Wakes the loop at a time: one timerfd in the epoll set serves all alarms, so that either host sleeps just as long
 * as it may. Owns the timerfd. Alarms are kept sorted in an array, which is right for the few that the reactor itself
 * sets (a listener that rests), and would not be for one per connection.
 */
export class Clock implements Channel {
  readonly fd: number;
  slot = -1;
  readonly #kernel: Kernel;
  readonly #poller: Poller;
  #alarms: Pending[] = [];

  constructor(kernel: Kernel, poller: Poller) {
    this.#kernel = kernel;
    this.#poller = poller;
    this.fd = check(kernel.timerfdCreate(), 'timerfd_create');
    try {
      poller.enter(this, EPOLLIN);
    } catch (error) {
      kernel.close(this.fd);
      throw error;
    }
  }

  /** Calls `ring` once, in the loop, not before `delayMs` milliseconds have passed. */
  after(delayMs: number, ring: () => void): Alarm {
    const alarm: Pending = { dueMs: this.#kernel.now() + delayMs, ring, cancel: () => this.#cancel(alarm) };
    const later = this.#alarms.findIndex((other) => other.dueMs > alarm.dueMs);
    this.#alarms.splice(later < 0 ? this.#alarms.length : later, 0, alarm);
    this.#arm();
    return alarm;
  }

  mark(): void {
    // Being readable is all that a timerfd ever says; service reads it.
  }

  service(): boolean {
    this.#kernel.timerfdRead(this.fd);
    const now = this.#kernel.now();
    const due = this.#alarms.filter((alarm) => alarm.dueMs <= now);
    this.#alarms = this.#alarms.slice(due.length);
    this.#arm();
    for (const alarm of due) alarm.ring();
    return false;
  }

  destroy(): void {
    this.#alarms = [];
    this.#poller.silence(this);
    this.#poller.remove(this);
    this.#kernel.close(this.fd);
  }

  #cancel(alarm: Pending): void {
    this.#alarms = this.#alarms.filter((other) => other !== alarm);
  }

  /** Sets the timerfd to the next alarm, rounded up: an alarm may be late, never early. */
  #arm(): void {
    const next = this.#alarms[0];
    const waitNs = next === undefined ? 0 : Math.max(1, Math.ceil((next.dueMs - this.#kernel.now()) * NS_PER_MS));
    check(this.#kernel.timerfdArm(this.fd, waitNs), 'timerfd_settime');
  }
}
