import { SO_ERROR, SOCKADDR_STORAGE_BYTES, SOL_SOCKET } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Channel } from '../loop/channel.js';
import type { Poller } from '../loop/poller.js';
import { type Trigger, connectionInterest } from '../loop/readiness.js';
import { type SocketAddress, decodeAddress } from './address.js';
import { type TcpInfo, readTcpInfo } from './tcp-info.js';

/** Equals no interest: what is armed when a one-shot registration has fired. */
const DISARMED = -1;

/**
 * A connected socket, its two addresses and its place in the epoll set. A base class and not a part, so that a
 * connection is one object in memory.
 *
 * Hides the difference between the triggers: an edge-triggered registration is made once and never changes, the other
 * two are brought in line with what is wanted, by a system call only where something changes.
 */
export abstract class RegisteredSocket implements Channel {
  slot = -1;
  readonly #kernel: Kernel;
  readonly #poller: Poller;
  readonly #trigger: Trigger;
  #armed = DISARMED;
  #registered = false;

  constructor(
    kernel: Kernel,
    poller: Poller,
    /** -1 once closed, so that a late use meets EBADF and not the next owner of the number. */
    public fd: number,
    readonly peer: SocketAddress,
    trigger: Trigger,
  ) {
    this.#kernel = kernel;
    this.#poller = poller;
    this.#trigger = trigger;
  }

  /** On the prototype, so that a connection has no field for it. */
  get keepsAlive(): boolean {
    return true;
  }

  abstract mark(events: number): void;
  abstract service(): boolean;
  abstract destroy(reason?: Error): void;

  get remoteAddress(): string {
    return this.peer.address;
  }

  get remotePort(): number {
    return this.peer.port;
  }

  get localAddress(): string | undefined {
    return this.local?.address;
  }

  get localPort(): number | undefined {
    return this.local?.port;
  }

  /** Our own end, by a system call; undefined once closed. */
  get local(): SocketAddress | undefined {
    if (this.fd < 0) return undefined;
    const bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES);
    const length = this.#kernel.getsockname(this.fd, bytes, bytes.length);
    return length < 0 ? undefined : decodeAddress(bytes, length);
  }

  /** What the kernel knows of the path to the peer, by a system call; undefined where there is no TCP. */
  get tcpInfo(): TcpInfo | undefined {
    return readTcpInfo(this.#kernel, this.fd);
  }

  /** The event bits that the kernel is asked for now. */
  get armedEvents(): number {
    return this.#registered && this.#armed !== DISARMED ? this.#armed : 0;
  }

  /** Enters the epoll set, wanting to read. Errors: those of Poller.enter; then the descriptor is still the caller's. */
  enter(): void {
    this.#armed = connectionInterest(this.#trigger, true, false);
    this.#poller.enter(this, this.#armed);
    this.#registered = true;
  }

  /** The kernel has reported an event, and has disarmed a one-shot registration by that. */
  protected fired(): void {
    if (this.#trigger === 'oneshot') this.#armed = DISARMED;
  }

  /** Whether the kernel reports nothing until `arm`, so that arming may wait for a handler that is still at work. */
  protected get disarmed(): boolean {
    return this.#armed === DISARMED;
  }

  /** Asks the kernel for what is wanted now; for a one-shot registration this is the only way to be heard again. Returns 0 or -errno. */
  protected arm(wantsRead: boolean, wantsWrite: boolean): number {
    if (this.#trigger === 'edge' || !this.#registered) return 0;
    const interest = connectionInterest(this.#trigger, wantsRead, wantsWrite);
    if (interest === this.#armed) return 0;
    const result = this.#poller.modify(this, interest);
    if (result === 0) this.#armed = interest;
    return result;
  }

  /**
   * Leaves the epoll set but keeps the slot. Used at EPOLLHUP, after which the kernel has nothing more to report, but
   * would go on reporting a level-triggered descriptor without end: EPOLLHUP cannot be masked. Returns 0 or -errno.
   */
  protected silence(): number {
    if (!this.#registered) return 0;
    this.#registered = false;
    return this.#poller.silence(this);
  }

  /** Takes the pending error off the socket: 0 or -errno (SO_ERROR, socket(7)), which may be that of asking. */
  protected takeError(): number {
    return -Math.abs(this.#kernel.getsockopt(this.fd, SOL_SOCKET, SO_ERROR));
  }

  /** Leaves the epoll set, frees the slot and closes the descriptor, in this order: a dup'd descriptor would keep a registration alive. */
  protected leave(): void {
    this.silence();
    this.#poller.remove(this);
    this.#kernel.close(this.fd);
    this.fd = -1;
  }
}
