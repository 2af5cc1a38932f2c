/** What we ask epoll for, by trigger, and what it says. Pure arithmetic on epoll_ctl(2)'s event bits. */
import type { Counters } from './counters.js';
import { EPOLLERR, EPOLLET, EPOLLEXCLUSIVE, EPOLLHUP, EPOLLIN, EPOLLONESHOT, EPOLLOUT, EPOLLPRI, EPOLLRDHUP } from '../kernel/abi.js';

/**
 * How a descriptor reports readiness, chosen once when it is registered:
 * - `edge`: once for each change; the owner drains to EAGAIN. Registered once, never modified. The default.
 * - `level`: as long as the condition holds; interest is modified as reading pauses and output queues.
 * - `oneshot`: once, then disarmed by the kernel until the owner re-arms it.
 */
export type Trigger = 'edge' | 'level' | 'oneshot';

/** Of what can be asked for. */
const EVENT_NAMES = { in: EPOLLIN, pri: EPOLLPRI, out: EPOLLOUT, rdhup: EPOLLRDHUP, et: EPOLLET, oneshot: EPOLLONESHOT };

/** Any of these means that a read will not block, be it for bytes, for the end of the stream or for an error. */
export const READABLE = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/**
 * After any of these a short read does not prove the socket drained: the end of the stream or an error stands behind it, or further
 * bytes do, because recv(2) stops in front of an urgent byte (tcp(7)).
 */
export const MORE_BEHIND = EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/**
 * The interest of a connection. A level-triggered or one-shot one that does not read must not ask for EPOLLRDHUP
 * either, or a half-close would be reported without end; it is found when reading goes on. EPOLLPRI is for edges alone: what a
 * read that stopped at an urgent byte has left behind is reported again by the others.
 */
export function connectionInterest(trigger: Trigger, wantsRead: boolean, wantsWrite: boolean): number {
  if (trigger === 'edge') return (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET) >>> 0;
  const wanted = (wantsRead ? EPOLLIN | EPOLLRDHUP : 0) | (wantsWrite ? EPOLLOUT : 0);
  return trigger === 'oneshot' ? wanted | EPOLLONESHOT : wanted;
}

/** The interest of a descriptor that is only read: a listener, a timer. */
export function readInterest(trigger: Trigger): number {
  switch (trigger) {
    case 'edge':
      return (EPOLLIN | EPOLLET) >>> 0;
    case 'level':
      return EPOLLIN;
    case 'oneshot':
      return EPOLLIN | EPOLLONESHOT;
  }
}

/**
 * The interest of a listener. The kernel gives each connection to be accepted to one of the epoll sets that ask for it exclusively; it
 * takes neither EPOLLONESHOT with that nor a change of what is registered (epoll_ctl(2)), so a one-shot one is edge-triggered then.
 */
export function listenerInterest(trigger: Trigger, exclusive: boolean): number {
  if (!exclusive) return readInterest(trigger);
  return (readInterest(trigger === 'level' ? 'level' : 'edge') | EPOLLEXCLUSIVE) >>> 0;
}

/** What is asked for, by the names of epoll_ctl(2) in small letters: `['in', 'rdhup', 'oneshot']`. */
export function eventNames(events: number): string[] {
  return Object.entries(EVENT_NAMES)
    .filter(([, bit]) => (events & bit) !== 0)
    .map(([name]) => name);
}

/** Counts what an event says. Adds the bit instead of asking for it: a branch for each kind would cost more than the counting. */
export function countKinds(events: number, counters: Counters): void {
  counters.eventsReadable += (events / EPOLLIN) & 1;
  counters.eventsWritable += (events / EPOLLOUT) & 1;
  counters.eventsError += (events / EPOLLERR) & 1;
  counters.eventsHangup += (events / EPOLLHUP) & 1;
  counters.eventsPeerClosed += (events / EPOLLRDHUP) & 1;
}
