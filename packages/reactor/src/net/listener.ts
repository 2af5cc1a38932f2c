import { constants } from 'node:os';
import { type SocketAddress, decodeAddress } from './address.js';
import type { Channel } from '../loop/channel.js';
import type { Timer } from '../loop/timer.js';
import { SystemError, check } from '../errors.js';
import { EAGAIN, EMFILE, ENFILE, EPOLLONESHOT, SOCKADDR_STORAGE_BYTES, SOCK_STREAM } from '../kernel/abi.js';
import { ACCEPT_BACKOFF_MS, ACCEPT_BUDGET_CALLS } from '../limits.js';
import type { Loop } from '../loop/loop.js';
import type { LocalEndpoint } from './endpoint.js';
import type { ListenerOptions } from '../options.js';
import { readInterest } from '../loop/readiness.js';
import type { ReserveDescriptor } from './reserve.js';

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

/** No address to show: the peer of a socket that is not IP. */
const UNKNOWN_PEER: SocketAddress = { family: 'IPv4', address: '0.0.0.0', port: 0 };

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

/**
 * A listening socket in the loop. Owns its descriptor until `close`.
 *
 * It accepts until EAGAIN or its budget, whatever the trigger. When descriptors or memory run out it sheds what it can
 * through the reserve descriptor, then rests, disarmed, for a while: no spin, and it goes on by itself.
 */
export class Listener implements Channel {
  readonly fd: number;
  readonly keepsAlive = true;
  slot = -1;
  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  readonly address: SocketAddress;
  readonly #loop: Loop;
  readonly #acceptor: Acceptor;
  readonly #reserve: ReserveDescriptor;
  readonly #interest: number;
  readonly #backlog: number;
  readonly #endpoint: LocalEndpoint;
  readonly #peer = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  #rest: Timer | undefined;
  #closed = false;

  /** Errors: EL_SLOTS_EXHAUSTED, those of the endpoint, and a SystemError of socket, setsockopt, bind or listen. */
  constructor(loop: Loop, acceptor: Acceptor, reserve: ReserveDescriptor, endpoint: LocalEndpoint, { trigger, backlog }: ListenerOptions) {
    this.#loop = loop;
    this.#acceptor = acceptor;
    this.#reserve = reserve;
    this.#endpoint = endpoint;
    this.#interest = readInterest(trigger);
    this.#backlog = backlog;
    this.fd = check(loop.kernel.socket(endpoint.address.family, SOCK_STREAM), 'socket');
    let bound = false;
    try {
      endpoint.prepare(loop.kernel, this.fd);
      check(loop.kernel.bind(this.fd, endpoint.address.bytes, endpoint.address.bytes.length), 'bind', endpoint.text);
      bound = true;
      this.address = this.#listen();
    } catch (error) {
      loop.kernel.close(this.fd);
      if (bound) endpoint.released();
      throw error;
    }
    acceptor.opened(this.address);
  }

  get closed(): boolean {
    return this.#closed;
  }

  mark(): void {
    // A listener is only ever readable; service accepts until EAGAIN.
  }

  service(): boolean {
    if (this.#rest !== undefined) return this.#disarm();
    let failures = 0;
    let result = 0;
    for (let calls = 0; calls < ACCEPT_BUDGET_CALLS && !this.#closed; calls++) {
      result = this.#loop.kernel.accept(this.fd, this.#peer, this.#peer.length);
      if (result >= 0) this.#handOver(result);
      else if (PASSING.has(result)) failures++;
      else return this.#stopAccepting(result);
    }
    // What fails so often does not pass: a rule that forbids to accept answers EPERM, and leaves the connection where it is.
    if (failures === ACCEPT_BUDGET_CALLS) return this.#stopAccepting(result);
    return !this.#closed;
  }

  /** Closes, but first accepts what waits in the backlog, even if it rests: the kernel would reset those connections. */
  acceptRest(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
    for (let turns = Math.ceil(this.#backlog / ACCEPT_BUDGET_CALLS); turns > 0 && this.service(); turns--);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest?.cancel();
    this.#loop.forget(this);
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
    this.#loop.kernel.close(this.fd);
    this.#endpoint.released();
    this.#acceptor.closed(this.address);
  }

  destroy(): void {
    this.close();
  }

  #listen(): SocketAddress {
    const { kernel, poller } = this.#loop;
    this.#endpoint.bound();
    check(kernel.listen(this.fd, this.#backlog), 'listen', this.#endpoint.text);
    const length = check(kernel.getsockname(this.fd, this.#peer, this.#peer.length), 'getsockname');
    const address = decodeAddress(this.#peer, length) ?? UNKNOWN_PEER;
    poller.enter(this, this.#interest);
    return address;
  }

  #handOver(fd: number): void {
    const peer = decodeAddress(this.#peer) ?? UNKNOWN_PEER;
    this.#acceptor.accepted(fd, peer.family === 'unix' ? this.#namedPeer(fd, peer) : peer);
  }

  /** `accept` leaves out how long the sockaddr is, and the name of a Unix socket is known by that only. */
  #namedPeer(fd: number, peer: SocketAddress): SocketAddress {
    const length = this.#loop.kernel.getpeername(fd, this.#peer, this.#peer.length);
    return length < 0 ? peer : (decodeAddress(this.#peer, length) ?? peer);
  }

  /** Nothing more to accept, or nothing to accept it with. A one-shot listener is armed again; that also looks for what has come since. */
  #stopAccepting(result: number): false {
    if (result !== -EAGAIN) this.#takeRest(new SystemError(result, 'accept4'));
    else if ((this.#interest & EPOLLONESHOT) !== 0) this.#arm();
    return false;
  }

  #takeRest(cause: SystemError): void {
    if (cause.errno === -EMFILE || cause.errno === -ENFILE) this.#shed();
    this.#loop.counters.acceptPauses++;
    this.#loop.meters.errors.count(cause.code);
    this.#disarm();
    this.#rest = this.#loop.clock.after(ACCEPT_BACKOFF_MS, () => this.#endRest(cause));
    this.#acceptor.acceptPaused(this.address, cause);
  }

  /** The reserve comes first: without it, those who call in the next shortage would wait instead of being told. */
  #endRest(cause: SystemError): void {
    this.#rest = undefined;
    if (this.#reserve.refill()) this.#arm();
    else this.#takeRest(cause);
  }

  /** If it cannot be disarmed, it is called again while it rests, and tries once more. */
  #disarm(): false {
    this.#loop.poller.modify(this, 0);
    return false;
  }

  /** If it cannot be armed, it rests, and tries again. */
  #arm(): void {
    const result = this.#loop.poller.modify(this, this.#interest);
    if (result < 0) this.#takeRest(new SystemError(result, 'epoll_ctl'));
  }

  #shed(): void {
    for (let calls = 0; calls < ACCEPT_BUDGET_CALLS; calls++) {
      if (!this.#reserve.shed(this.fd, this.#peer)) return;
      this.#loop.counters.shed++;
    }
  }
}
