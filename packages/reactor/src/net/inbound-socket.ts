import { EAGAIN, EINTR, EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLPRI } from '../kernel/abi.js';
import { SHUTDOWN_QUIET_MS } from '../limits.js';
import type { Loop } from '../loop/loop.js';
import { MORE_BEHIND, READABLE, type Trigger } from '../loop/readiness.js';
import type { Receiver } from '../loop/receive-batch.js';
import type { SocketAddress } from './address.js';
import { RegisteredSocket } from './registered-socket.js';

/** Reasons why bytes are not read now. Reading goes on when none is left. */
export const HELD_BY_USER = 1;
export const HELD_BY_BACKPRESSURE = 2;
export const HELD_BY_HANDLER = 4;

/**
 * The receiving half of a connection: what the kernel has reported, whether reading is held, and how the bytes, the end
 * and the errors of the stream reach the other half, in this order.
 */
export abstract class InboundSocket extends RegisteredSocket implements Receiver {
  bytesRead = 0;
  /** When the connection came about, on the loop's clock. */
  readonly openedMs: number;
  /** When bytes last came, or bytes or our FIN went, on the loop's clock. */
  lastActiveMs: number;
  readonly #loop: Loop;
  /** Event bits that the kernel has reported and that are not used up yet. EPOLLIN stays set until the socket is drained. */
  #readiness = 0;
  #holds = 0;
  #ended = false;
  /** What broke the stream: -errno and the call that said so. Told when the bytes that came before it are delivered. */
  #error = 0;
  #brokenCall = '';
  /** Bytes that were received, but could not be delivered because reading was held meanwhile. */
  #stash: Buffer | undefined;

  constructor(loop: Loop, fd: number, peer: SocketAddress, trigger: Trigger) {
    super(loop.kernel, loop.poller, fd, peer, trigger);
    this.#loop = loop;
    this.openedMs = loop.clock.nowMs;
    this.lastActiveMs = this.openedMs;
  }

  /** Bytes have come; the chunk is only lent. */
  protected abstract deliver(chunk: Buffer): void;
  /** The peer's FIN has come. Called once. */
  protected abstract halfClosed(): void;
  /** The stream is broken, and all that came before is delivered. `errno` is negative. */
  protected abstract fail(errno: number, syscall: string): void;
  /** The socket takes bytes again, or will take none any more. */
  protected abstract sendable(can: boolean): void;
  /** Ends a service and returns true if there is more to do at once. */
  protected abstract leaveService(): boolean;

  /** Remembers the event, touching no more memory than that: a batch may mark a thousand connections before it serves one. */
  mark(events: number): void {
    this.#readiness |= events;
  }

  received(answer: number, segment: number): void {
    if (this.fd < 0) return;
    if (answer > 0) this.#take(this.#chunk(answer, segment));
    else if (answer === -EAGAIN) this.#drained();
    else if (answer < 0 && answer !== -EINTR) this.broken(answer, 'recv');
    else if (answer === 0 && this.#holds === 0) this.#end();
    if (this.leaveService()) this.#loop.makeReady(this);
  }

  /**
   * The socket reports an error. Nothing more can be sent, but bytes that came before it may wait in the kernel: they
   * are delivered first, if anyone reads, and only then the error is told.
   */
  protected broken(errno: number, syscall: string): void {
    if (this.#error === 0) {
      this.#error = errno;
      this.#brokenCall = syscall;
      this.sendable(false);
      if (syscall === 'recv') this.#readiness &= ~EPOLLIN;
      else this.#readiness |= EPOLLIN;
    }
    this.#tellIfOver();
  }

  get paused(): boolean {
    return (this.#holds & HELD_BY_USER) !== 0;
  }

  pause(): void {
    this.hold(HELD_BY_USER);
  }

  /** What breaks while reading is held is told at once, and so is what broke before: nobody would come to read up to it. */
  protected hold(hold: number): void {
    this.#holds |= hold;
    this.#tellIfOver();
  }

  protected unhold(hold: number): void {
    this.#holds &= ~hold;
  }

  /** Whether the peer has been silent for so long that it is not in the middle of sending, as far as one can tell. */
  protected get quiet(): boolean {
    return this.#loop.clock.nowMs - this.lastActiveMs >= SHUTDOWN_QUIET_MS;
  }

  /** The peer has sent all that it will. */
  protected get readEnded(): boolean {
    return this.#ended;
  }

  /** The kernel has nothing more to report: both directions are shut. */
  protected get hungUp(): boolean {
    return (this.#readiness & EPOLLHUP) !== 0;
  }

  /** Whether bytes are wanted, be there any or not. */
  get wantsRead(): boolean {
    return this.#holds === 0 && !this.#ended;
  }

  /** Whether a read is wanted and has something to bring, as far as we know. */
  protected mayRead(): boolean {
    if (this.#holds !== 0 || this.#ended || this.fd < 0) return false;
    return (this.#readiness & EPOLLIN) !== 0 || this.#stash !== undefined;
  }

  /** Turns what the kernel has reported since the last service into our state. */
  protected takeEvents(): void {
    const events = this.#readiness;
    this.fired();
    if ((events & EPOLLOUT) !== 0 && this.#error === 0) this.sendable(true);
    if ((events & READABLE) !== 0) this.#readiness |= EPOLLIN;
    this.#readiness &= ~(EPOLLOUT | EPOLLERR);
    if ((events & EPOLLERR) === 0) return;
    const error = this.takeError();
    if (error !== 0) this.broken(error, 'getsockopt');
  }

  /** Asks for a receive in this round, or delivers what was put aside. Returns true if a receive will follow. */
  protected read(): boolean {
    const stash = this.#stash;
    if (stash === undefined) {
      this.#loop.receiveSoon(this);
      return true;
    }
    this.#stash = undefined;
    this.#take(stash);
    return false;
  }

  /**
   * Another connection's handler may have held this one between its receive and its delivery. Then the bytes are put
   * aside for later; an end is not, for the next receive will bring it again.
   */
  #take(chunk: Buffer): void {
    if (this.#holds === 0) this.#hand(chunk);
    else this.#stash = Buffer.from(chunk);
    this.#tellIfOver();
  }

  #hand(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.lastActiveMs = this.#loop.clock.nowMs;
    this.#loop.counters.bytesRead += chunk.length;
    this.deliver(chunk);
    if (this.#loop.debug) this.#loop.arena.poison(chunk);
  }

  /** A short read drains the socket, unless an urgent byte, the end of the stream or an error stands behind the bytes. */
  #chunk(count: number, segment: number): Buffer {
    const { arena } = this.#loop;
    if (count < arena.segmentBytes && (this.#readiness & MORE_BEHIND) === 0) this.#readiness &= ~EPOLLIN;
    return arena.view(segment, count);
  }

  /** An urgent byte has been passed as well, so that a short read counts again. */
  #drained(): void {
    this.#readiness &= ~(EPOLLIN | EPOLLPRI);
    this.#tellIfOver();
  }

  #end(): void {
    this.#readiness &= ~EPOLLIN;
    if (this.#error !== 0) return this.#tellIfOver();
    this.#ended = true;
    this.halfClosed();
  }

  /** A broken stream is over when nothing is left to deliver, or nobody to deliver it to. */
  #tellIfOver(): void {
    if (this.#error !== 0 && this.fd >= 0 && !this.mayRead()) this.fail(this.#error, this.#brokenCall);
  }
}
