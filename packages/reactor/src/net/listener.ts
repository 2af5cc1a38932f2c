import { constants } from 'node:os';
import { type SocketAddress, UNKNOWN_ADDRESS, decodeAddress } from './address.js';
import { Entrance } from './entrance.js';
import type { Timer } from '../loop/timer.js';
import { SystemError } from '../errors.js';
import { EAGAIN, EMFILE, ENFILE, EPOLLEXCLUSIVE, EPOLLONESHOT, SOCKADDR_STORAGE_BYTES } from '../kernel/abi.js';
import { ACCEPT_BACKOFF_MS, ACCEPT_BUDGET_CALLS } from '../limits.js';
import type { Loop } from '../loop/loop.js';
import type { ListeningSocket } from './listening-socket.js';
import type { ListenerOptions } from '../options.js';
import { listenerInterest } from '../loop/readiness.js';
import type { ReserveDescriptor } from './reserve.js';
import { peerAddress } from './socket-name.js';

/** Two of them Node has no names for. */
const ENONET = 64;
const EHOSTDOWN = 112;

/** What accept(2) reports of a connection that broke while it waited, or of a signal: the next one may be fine. */
const PASSING: ReadonlySet<number> = new Set([
  ...(['EINTR', 'ECONNABORTED', 'EPERM', 'EPROTO', 'ENOPROTOOPT', 'EOPNOTSUPP', 'ENETDOWN', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT'] as const).map(
    (name) => -constants.errno[name],
  ),
  -ENONET,
  -EHOSTDOWN,
]);

/** Who gets what a listener accepts. */
export interface Acceptor {
  /** The first call, and the last one. */
  opened(address: SocketAddress): void;
  closed(address: SocketAddress): void;
  /** Takes over the descriptor. */
  accepted(fd: number, peer: SocketAddress): void;
  /** Accepting rests for ACCEPT_BACKOFF_MS. The cause is this process or system, not a client. */
  acceptPaused(address: SocketAddress, cause: SystemError): void;
}

export type ListenerParts = Pick<ListenerOptions, 'trigger' | 'backlog'> & {
  /** Whether other epoll sets have the socket too, and the kernel is to wake one of them only (EPOLLEXCLUSIVE, epoll_ctl(2)). */
  readonly exclusive?: boolean;
};

/**
 * A listening socket in the loop, which it has to itself or shares with the loops of other threads.
 *
 * It accepts until EAGAIN or its budget, whatever the trigger. When descriptors or memory run out it sheds what it can
 * through the reserve descriptor, then rests, out of the epoll set, for a while: no spin, and it goes on by itself.
 */
export class Listener extends Entrance {
  readonly fd: number;
  readonly #loop: Loop;
  readonly #acceptor: Acceptor;
  readonly #reserve: ReserveDescriptor;
  readonly #socket: ListeningSocket;
  readonly #interest: number;
  readonly #backlog: number;
  readonly #peer = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  #rest: Timer | undefined;
  #watched = true;
  /** Another process accepts, or may do so at any time: the socket is only kept open here. */
  #held = false;
  #closed = false;

  /** Takes over the socket, also if it throws: EL_SLOTS_EXHAUSTED, and a SystemError of epoll_ctl. */
  constructor(loop: Loop, acceptor: Acceptor, reserve: ReserveDescriptor, socket: ListeningSocket, parts: ListenerParts) {
    super();
    this.#loop = loop;
    this.#acceptor = acceptor;
    this.#reserve = reserve;
    this.#socket = socket;
    this.#interest = listenerInterest(parts.trigger, parts.exclusive ?? false);
    this.#backlog = parts.backlog;
    this.fd = socket.fd;
    try {
      loop.poller.enter(this, this.#interest);
    } catch (error) {
      socket.close();
      throw error;
    }
    acceptor.opened(this.address);
  }

  /** The socket, for who passes it on. */
  get socket(): ListeningSocket {
    return this.#socket;
  }

  get address(): SocketAddress {
    return this.#socket.address;
  }

  get closed(): boolean {
    return this.#closed;
  }

  mark(): void {
    // A listener is only ever readable; service accepts until EAGAIN.
    this.#loop.counters.listenerEvents++;
  }

  service(): boolean {
    if (this.#rest !== undefined || this.#held) return this.#disarm();
    let failures = 0;
    let result = 0;
    for (let calls = 0; calls < ACCEPT_BUDGET_CALLS && !this.#closed; calls++) {
      result = this.#loop.kernel.accept(this.fd, this.#peer, this.#peer.length);
      if (result >= 0) this.#handOver(result);
      else if (PASSING.has(result)) failures++;
      else return this.#stopAccepting(result, calls > failures);
    }
    // What fails so often does not pass: a rule that forbids to accept answers EPERM, and leaves the connection where it is.
    if (failures === ACCEPT_BUDGET_CALLS) return this.#stopAccepting(result, false);
    return !this.#closed;
  }

  /** Who waits is in the backlog. */
  acceptRest(): void {
    this.#endRestEarly();
    for (let turns = Math.ceil(this.#backlog / ACCEPT_BUDGET_CALLS); turns > 0 && !this.#held && this.service(); turns--);
    this.close();
  }

  /** Accepts nothing for now; who connects waits in the backlog. Closed meanwhile, it leaves that, and the socket's file, to others. */
  hold(): void {
    this.#endRestEarly();
    this.#held = true;
    this.#disarm();
  }

  /** Goes on where `hold` has stopped. */
  resume(): void {
    this.#held = false;
    this.#arm();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest?.cancel();
    this.#loop.forget(this);
    if (this.#watched) this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
    if (this.#held) this.#socket.leave();
    else this.#socket.close();
    this.#acceptor.closed(this.address);
  }

  #handOver(fd: number): void {
    const peer = decodeAddress(this.#peer) ?? UNKNOWN_ADDRESS;
    // `accept` leaves out how long the sockaddr is, and the name of a Unix socket is known by that only.
    this.#acceptor.accepted(fd, peer.family === 'unix' ? peerAddress(this.#loop.kernel, fd, this.address, this.#peer) : peer);
  }

  /** Nothing more to accept, or nothing to accept it with. A one-shot listener is armed again; that also looks for what has come since. */
  #stopAccepting(result: number, hasAccepted: boolean): false {
    if (result !== -EAGAIN) this.#takeRest(new SystemError(result, 'accept4'));
    else if ((this.#interest & EPOLLONESHOT) !== 0) this.#arm();
    else if (hasAccepted && (this.#interest & EPOLLEXCLUSIVE) !== 0) this.#goBehindOthers();
    return false;
  }

  /**
   * The kernel wakes the first epoll set in its list that waits, in the order in which they came to the socket, and so always the same
   * one while there is little to do. Who comes anew stands at the end of the list: so all take turns.
   */
  #goBehindOthers(): void {
    this.#disarm();
    if (!this.#watched) this.#arm();
  }

  #takeRest(cause: SystemError): void {
    if (cause.errno === -EMFILE || cause.errno === -ENFILE) this.#shed();
    this.#loop.counters.acceptPauses++;
    this.#loop.meters.errors.count(cause.code);
    this.#disarm();
    this.#rest = this.#loop.clock.after(ACCEPT_BACKOFF_MS, () => this.#endRest(cause));
    this.#acceptor.acceptPaused(this.address, cause);
  }

  #endRestEarly(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
  }

  /** The reserve comes first: without it, those who call in the next shortage would wait instead of being told. */
  #endRest(cause: SystemError): void {
    this.#rest = undefined;
    if (!this.#reserve.refill()) this.#takeRest(cause);
    else if (!this.#watched) this.#arm();
    else this.#loop.makeReady(this);
  }

  /** Leaves the epoll set, because that is what can be done with a shared socket, too. If it cannot, it is called again while it rests, and tries once more. */
  #disarm(): false {
    if (this.#watched) this.#watched = this.#loop.poller.silence(this) < 0;
    return false;
  }

  /** Also arms a one-shot one again. If it cannot be armed, it rests, and tries once more. */
  #arm(): void {
    const result = this.#watched ? this.#loop.poller.modify(this, this.#interest) : this.#loop.poller.resume(this, this.#interest);
    if (result < 0) this.#takeRest(new SystemError(result, 'epoll_ctl'));
    else this.#watched = true;
  }

  #shed(): void {
    for (let calls = 0; calls < ACCEPT_BUDGET_CALLS; calls++) {
      if (!this.#reserve.shed(this.fd, this.#peer)) return;
      this.#loop.counters.shed++;
    }
  }
}
