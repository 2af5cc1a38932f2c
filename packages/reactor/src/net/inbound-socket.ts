import { EAGAIN, EINTR, EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from '../kernel/abi.js';
import type { Loop } from '../loop/loop.js';
import { ENDING, READABLE, type Trigger } from '../loop/readiness.js';
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
  readonly #loop: Loop;
  /** Event bits that the kernel has reported and that are not used up yet. EPOLLIN stays set until the socket is drained. */
  #readiness = 0;
  #holds = 0;
  #ended = false;
  #error = 0;
  /** Bytes that were received, but could not be delivered because reading was held meanwhile. */
  #stash: Buffer | undefined;

  constructor(loop: Loop, fd: number, peer: SocketAddress, trigger: Trigger) {
    super(loop.kernel, loop.poller, fd, peer, trigger);
    this.#loop = loop;
  }

  /** Bytes have come; the chunk is only lent. */
  protected abstract deliver(chunk: Buffer): void;
  /** The peer's FIN has come. Called once. */
  protected abstract halfClosed(): void;
  /** The stream is broken: `errno` is negative. */
  protected abstract fail(errno: number, syscall: string): void;
  /** The socket takes bytes again. */
  protected abstract unblocked(): void;
  /** Ends a service and returns true if there is more to do at once. */
  protected abstract leaveService(): boolean;

  /** Remembers the event, touching no more memory than that: a batch may mark a thousand connections before it serves one. */
  mark(events: number): void {
    this.#readiness |= events;
  }

  received(answer: number, segment: number): void {
    if (this.fd < 0) return;
    if (this.#holds !== 0) this.#putAside(answer, segment);
    else if (answer > 0) this.#hand(this.#chunk(answer, segment));
    else if (answer !== -EINTR) this.#drained(answer);
    if (this.leaveService()) this.#loop.makeReady(this);
  }

  protected isHeld(hold: number): boolean {
    return (this.#holds & hold) !== 0;
  }

  protected hold(hold: number): void {
    this.#holds |= hold;
  }

  protected unhold(hold: number): void {
    this.#holds &= ~hold;
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
  protected get wantsRead(): boolean {
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
    if ((events & EPOLLOUT) !== 0) this.unblocked();
    if ((events & READABLE) !== 0) this.#readiness |= EPOLLIN;
    this.#readiness &= ~(EPOLLOUT | EPOLLERR);
    if ((events & EPOLLERR) !== 0) this.#takeError();
  }

  /** Asks for a receive in this round, or delivers what was put aside. Returns true if a receive will follow. */
  protected read(): boolean {
    const stash = this.#stash;
    if (stash === undefined) {
      this.#loop.receiveSoon(this);
      return true;
    }
    this.#stash = undefined;
    this.#hand(stash);
    return false;
  }

  #hand(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#loop.counters.bytesRead += chunk.length;
    this.deliver(chunk);
    if (this.#loop.debug) this.#loop.arena.poison(chunk);
  }

  /** A short read drains the socket, unless the end of the stream or an error stands behind the bytes. */
  #chunk(count: number, segment: number): Buffer {
    const { arena } = this.#loop;
    if (count < arena.segmentBytes && (this.#readiness & ENDING) === 0) this.#readiness &= ~EPOLLIN;
    return arena.view(segment, count);
  }

  /**
   * Another connection's handler has held this one between its receive and its delivery. The bytes are kept for later;
   * an end or an error need not be, for the next receive will bring it again.
   */
  #putAside(answer: number, segment: number): void {
    if (answer > 0) this.#stash = Buffer.from(this.#chunk(answer, segment));
  }

  /** No bytes came: the socket is drained, at its end, or broken. */
  #drained(answer: number): void {
    this.#readiness &= ~EPOLLIN;
    if (this.#error !== 0) this.fail(this.#error, 'recv');
    else if (answer < 0 && answer !== -EAGAIN) this.fail(answer, 'recv');
    else if (answer === 0) {
      this.#ended = true;
      this.halfClosed();
    }
  }

  /** Takes SO_ERROR. Bytes that came before the error are delivered first, if anyone reads. */
  #takeError(): void {
    this.#error = this.takeError();
    if (this.#error !== 0 && !this.mayRead()) this.fail(this.#error, 'recv');
  }
}
