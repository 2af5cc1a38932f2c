import { constants } from 'node:os';
import type { Call } from './intercept.js';

/** The errnos of which Node does not know the number. It is the same on every architecture that libedgeloop is built for. */
const UNLISTED = { ENONET: 64, ESOCKTNOSUPPORT: 94, ETOOMANYREFS: 109, EHOSTDOWN: 112 } as const;

const NUMBERS = { ...constants.errno, ...UNLISTED };

/** An errno by its name. */
export type Errno = keyof typeof NUMBERS;

/** A new descriptor for something that lives in the kernel: eventfd(2), signalfd(2), timerfd_create(2). */
const NEW_FILE = ['EMFILE', 'ENFILE', 'ENODEV', 'ENOMEM'] as const;

/** What the network does to an established connection: tcp(7), ip(7). */
const BROKEN = ['ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'] as const;

/**
 * How each call may fail in a program that does nothing wrong, as section 2 of the manual has it, and where that refers to
 * them socket(7), ip(7), tcp(7), udp(7) and POSIX.
 *
 * What only wrong arguments bring (EBADF, EFAULT, EINVAL, ENOTSOCK and the like) is left out, and so is EAGAIN where it is the
 * answer that there is nothing: said where there is something, it would be a lie, and who believes it waits for ever. The
 * simulated kernel says it with an event to follow; see `prematureEvents`.
 */
export const CALL_ERRORS: Readonly<Record<Call, readonly Errno[]>> = {
  epollCreate: ['EMFILE', 'ENFILE', 'ENOMEM'],
  // epoll_ctl(2) tells the three operations apart only by ENOSPC, the limit of watches.
  epollAdd: ['ENOMEM', 'ENOSPC'],
  epollModify: ['ENOMEM'],
  epollRemove: ['ENOMEM'],
  epollWait: ['EINTR'],

  socket: ['EACCES', 'EAFNOSUPPORT', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EPROTONOSUPPORT'],
  bind: ['EACCES', 'EADDRINUSE', 'EADDRNOTAVAIL', 'ELOOP', 'ENOENT', 'ENOMEM', 'ENOTDIR', 'EROFS'],
  listen: ['EADDRINUSE'],
  connect: [
    'EACCES', 'EADDRINUSE', 'EADDRNOTAVAIL', 'EAGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'EINTR', 'ENETUNREACH', 'ENOBUFS', 'EPERM', 'ETIMEDOUT',
  ],
  // Errors that wait on the new connection are among them, of which accept(2) says that they are to be treated like EAGAIN.
  accept: [
    'ECONNABORTED', 'EHOSTDOWN', 'EHOSTUNREACH', 'EINTR', 'EMFILE', 'ENETDOWN', 'ENETUNREACH', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ENONET',
    'ENOPROTOOPT', 'ENOSR', 'EOPNOTSUPP', 'EPERM', 'EPROTO', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'ETIMEDOUT',
  ],
  getsockname: ['ENOBUFS'],
  getpeername: ['ENOBUFS', 'ENOTCONN'],
  setsockopt: ['ENOBUFS', 'ENOMEM'],
  getsockopt: ['ENOBUFS'],
  getsockoptBytes: ['ENOBUFS'],
  setLinger: ['ENOBUFS', 'ENOMEM'],
  recv: ['ECONNREFUSED', 'EINTR', 'ENOBUFS', 'ENOMEM', ...BROKEN],
  send: ['EACCES', 'EINTR', 'ENOBUFS', 'ENOMEM', 'EPIPE', ...BROKEN],
  // What ICMP has said of an earlier datagram comes as the error of a later call.
  recvDatagrams: ['ECONNREFUSED', 'EHOSTUNREACH', 'EINTR', 'ENETUNREACH', 'ENOMEM'],
  sendDatagrams: ['EACCES', 'ECONNREFUSED', 'EHOSTUNREACH', 'EINTR', 'EMSGSIZE', 'ENETUNREACH', 'ENOBUFS', 'ENOMEM', 'EPERM'],
  // unix(7) adds to those of send: too many descriptors are on their way.
  sendDescriptors: ['EINTR', 'ENOBUFS', 'ENOMEM', 'EPIPE', 'ETOOMANYREFS', 'ECONNRESET'],
  recvDescriptors: ['EINTR', 'ENOBUFS', 'ENOMEM', 'ECONNRESET'],
  shutdown: ['ENOBUFS', 'ENOTCONN'],
  close: ['EDQUOT', 'EINTR', 'EIO', 'ENOSPC'],
  duplicate: ['EMFILE'],
  // EBUSY: the number is just being given to a new file (dup(2)).
  replace: ['EBUSY', 'EINTR'],
  // EWOULDBLOCK, as flock(2) calls it, is an answer: somebody else has the lock.
  flock: ['EAGAIN', 'EINTR', 'ENOLCK'],

  openNull: ['EACCES', 'EINTR', 'EMFILE', 'ENFILE', 'ENOMEM'],
  timerfdCreate: NEW_FILE,
  // timerfd_settime(2) fails by wrong arguments only, and when a clock is set that can be set.
  timerfdArm: [],
  timerfdRead: ['EAGAIN', 'EINTR'],
  eventfdCreate: NEW_FILE,
  eventfdSignal: ['EINTR'],
  // Level-triggered, these two may be told EAGAIN: what is there is reported again.
  eventfdRead: ['EAGAIN', 'EINTR'],
  claimSignals: ['EAGAIN', 'EBUSY', 'ETIMEDOUT'],
  releaseSignals: ['EAGAIN', 'ETIMEDOUT'],
  signalfd: NEW_FILE,
  signalfdRead: ['EAGAIN', 'EINTR'],

  // EINVAL: the CPUs that were asked for are not there, or not this process's to use; cpuset(7).
  setAffinity: ['EINVAL', 'EPERM', 'ENOMEM'],
  getAffinity: ['EINVAL'],
  setThreadName: [],

  adviseHugePages: ['EAGAIN', 'EINVAL', 'ENOMEM'],
};

/** What a failing call of `Kernel` returns. */
export function failure(errno: Errno): number {
  return -NUMBERS[errno];
}
