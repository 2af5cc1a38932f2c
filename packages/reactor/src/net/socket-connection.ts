import { type SocketAddress, addressText } from './address.js';
import { type ConnectionPhase, transition } from './connection-phase.js';
import type { Connection, ConnectionOwner } from './connection.js';
import { EdgeloopError, SystemError } from '../errors.js';
import { EAGAIN, EINTR, EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, SHUT_WR } from '../kernel/abi.js';
import { WRITE_BUDGET_BYTES } from '../limits.js';
import type { Ended, Loop } from '../loop/loop.js';
import type { Receiver } from '../loop/receive-batch.js';
import type { Corked } from '../loop/send-batch.js';
import type { ConnectionOptions } from '../options.js';
import type { Block } from '../structures/buffer-pool.js';
import { Outbound } from './outbound.js';
import { RegisteredSocket } from './registered-socket.js';
import { ENDING, READABLE } from '../loop/readiness.js';

/** Reasons why bytes are not read now. Reading goes on when none is left. */
const HELD_BY_USER = 1;
const HELD_BY_BACKPRESSURE = 2;
const HELD_BY_HANDLER = 4;

/**
 * A connected socket in the loop.
 *
 * Owns the descriptor, its slot in the poller and its outbound queue, and gives all three back in `#finish`, the only
 * way out. The owner (a plugin) is told last, once, after the turn's I/O.
 */
export class SocketConnection<State> extends RegisteredSocket implements Connection<State>, Receiver, Corked, Ended {
  id = 0;
  state!: State;
  bytesRead = 0;
  readonly #loop: Loop;
  readonly #owner: ConnectionOwner<State>;
  readonly #options: ConnectionOptions;
  readonly #outbound: Outbound;
  #phase: ConnectionPhase = 'open';
  /** Event bits that the kernel has reported and that are not used up yet. */
  #readiness = 0;
  #holds = 0;
  #runningHandlers = 0;
  #readEnded = false;
  #congested = false;
  #corked = false;
  /** From the begin of a service to its end: what handlers change meanwhile is acted on once, at the end. */
  #serving = false;
  #socketError = 0;
  /** Bytes that were received, but could not be delivered because reading was held meanwhile. */
  #stash: Buffer | undefined;
  #reason: Error | undefined;

  constructor(loop: Loop, fd: number, peer: SocketAddress, owner: ConnectionOwner<State>, options: ConnectionOptions) {
    super(loop.kernel, loop.poller, fd, peer, options.trigger);
    this.#loop = loop;
    this.#owner = owner;
    this.#options = options;
    this.#outbound = new Outbound(loop, fd);
  }

  /** Enters the epoll set and tells the owner. Returns 0 or what Poller.add returns; on failure the caller keeps the descriptor. */
  open(): number {
    const result = this.enter();
    if (result < 0) return result;
    this.id = this.#loop.poller.idOf(this);
    this.#await(this.#owner.opened(this));
    return 0;
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  get bytesWritten(): number {
    return this.#outbound.bytesWritten;
  }

  get bytesQueued(): number {
    return this.#outbound.queued;
  }

  get paused(): boolean {
    return (this.#holds & HELD_BY_USER) !== 0;
  }

  write(data: Uint8Array | string): boolean {
    if (this.#phase === 'closed') return false;
    if (this.#phase !== 'open') {
      throw new EdgeloopError('EL_WRITE_AFTER_END', `connection ${this.id}: write after end; the FIN is promised to the peer, so nothing may follow`);
    }
    const result = this.#outbound.write(typeof data === 'string' ? Buffer.from(data) : data);
    if (result < 0) this.#fail(result, 'send');
    else this.#checkWaterMarks();
    this.#uncorkSoon();
    return this.phase === 'open' && !this.#congested;
  }

  end(data?: Uint8Array | string): void {
    if (data !== undefined) this.write(data);
    if (this.#phase !== 'open') return;
    this.#phase = transition(this.#phase, 'draining');
    this.#uncorkSoon();
  }

  pause(): void {
    this.#holds |= HELD_BY_USER;
  }

  resume(): void {
    this.#release(HELD_BY_USER);
  }

  destroy(reason?: Error): void {
    if (this.#phase !== 'closed') this.#finish(reason);
  }

  /** Remembers the event, touching no more memory than that: a batch may mark a thousand connections before it serves one. */
  mark(events: number): void {
    this.#readiness |= events;
  }

  service(): boolean {
    this.#serving = true;
    this.#takeEvents();
    if (this.#outbound.sendable) this.#flush();
    if (!this.#mayRead()) return this.#leaveService();
    if (this.#stash === undefined) {
      this.#loop.receiveSoon(this);
      return false;
    }
    this.#deliver(this.#takeStash(this.#stash));
    return this.#leaveService();
  }

  received(answer: number, segment: number): void {
    if (this.#phase === 'closed') return;
    if (this.#holds !== 0) this.#putAside(answer, segment);
    else if (answer > 0) this.#take(answer, segment);
    else if (answer !== -EINTR) this.#endRead(answer);
    if (this.#leaveService()) this.#loop.makeReady(this);
  }

  get gathered(): Block | undefined {
    return this.#outbound.next;
  }

  sent(asked: number, answer: number): void {
    const result = this.#outbound.sent(asked, answer);
    if (result < 0) this.#socketError = result;
  }

  uncork(): void {
    this.#corked = false;
    if (this.#phase === 'closed') return;
    if (this.#socketError !== 0) this.#fail(this.#socketError, 'send');
    else if (this.#outbound.sendable || this.#congested) this.#flush();
    this.#settle();
    if (this.#runnable()) this.#loop.makeReady(this);
  }

  tellOwner(): void {
    this.#owner.closed(this, this.#reason);
  }

  // --- Reading

  /** Turns what the kernel has reported since the last service into our state. EPOLLIN stays set until the socket is drained. */
  #takeEvents(): void {
    const events = this.#readiness;
    this.fired();
    if ((events & EPOLLOUT) !== 0) this.#outbound.unblock();
    if ((events & READABLE) !== 0) this.#readiness |= EPOLLIN;
    this.#readiness &= ~(EPOLLOUT | EPOLLERR);
    if ((events & EPOLLERR) !== 0) this.#takeSocketError();
  }

  #mayRead(): boolean {
    if (this.#holds !== 0 || this.#readEnded || this.#phase === 'closed') return false;
    return (this.#readiness & EPOLLIN) !== 0 || this.#stash !== undefined;
  }

  #take(count: number, segment: number): void {
    this.#noteDrained(count);
    this.#deliver(this.#loop.arena.view(segment, count));
  }

  /** A short read drains the socket, unless the end of the stream or an error stands behind the bytes. */
  #noteDrained(count: number): void {
    if (count < this.#loop.arena.segmentBytes && (this.#readiness & ENDING) === 0) this.#readiness &= ~EPOLLIN;
  }

  #deliver(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#loop.counters.bytesRead += chunk.length;
    this.#await(this.#owner.received(this, chunk));
    if (this.#loop.debug) this.#loop.arena.poison(chunk);
  }

  /**
   * Another connection's handler has held this one between its receive and its delivery. The bytes are kept for later;
   * an end or an error need not be, for the next receive will bring it again.
   */
  #putAside(answer: number, segment: number): void {
    if (answer <= 0) return;
    this.#noteDrained(answer);
    this.#stash = Buffer.from(this.#loop.arena.view(segment, answer));
  }

  #takeStash(stash: Buffer): Buffer {
    this.#stash = undefined;
    return stash;
  }

  /** No bytes came: the socket is drained, at its end, or broken. */
  #endRead(result: number): void {
    this.#readiness &= ~EPOLLIN;
    if (this.#socketError !== 0) this.#fail(this.#socketError, 'recv');
    else if (result === 0) this.#endOfStream();
    else if (result !== -EAGAIN) this.#fail(result, 'recv');
  }

  /** The peer's FIN. Our side ends when the handler is done with it. */
  #endOfStream(): void {
    this.#readEnded = true;
    const pending = this.#owner.halfClosed(this);
    if (pending === undefined) this.end();
    else this.#await(pending.then(() => this.end()));
  }

  /** Bytes that came before the error are delivered first, if anyone reads. */
  #takeSocketError(): void {
    const error = this.takeError();
    if (error >= 0) return;
    this.#socketError = error;
    if (!this.#mayRead()) this.#fail(error, 'recv');
  }

  // --- Writing

  #flush(): void {
    const result = this.#outbound.flush(WRITE_BUDGET_BYTES);
    if (result < 0) this.#fail(result, 'send');
    else if (this.#congested && this.#outbound.queued <= this.#options.lowWaterBytes) this.#drained();
  }

  #drained(): void {
    this.#congested = false;
    this.#release(HELD_BY_BACKPRESSURE);
    this.#await(this.#owner.drained(this));
  }

  #checkWaterMarks(): void {
    const queued = this.#outbound.queued;
    if (queued <= this.#options.highWaterBytes) return;
    if (queued > this.#options.maxQueuedBytes) {
      const message = `connection ${this.id}: ${queued} bytes are queued for ${addressText(this.peer)}, which does not read; the cap is ${this.#options.maxQueuedBytes}`;
      this.#finish(new EdgeloopError('EL_SLOW_CONSUMER', message));
      return;
    }
    this.#congested = true;
    if (this.#options.pauseOnBackpressure) this.#holds |= HELD_BY_BACKPRESSURE;
  }

  /** Sends what was written: now, or when the turn is done with the handlers that may write more. */
  #uncorkSoon(): void {
    if (this.#phase === 'closed' || this.#corked) return;
    if (!this.#loop.turning) {
      this.uncork();
      return;
    }
    this.#corked = true;
    this.#loop.uncorkLater(this);
  }

  // --- Handlers that take their time

  /** Holds reading until the handler's promise settles. */
  #await(pending: Promise<void> | undefined): void {
    if (pending === undefined) return;
    this.#holds |= HELD_BY_HANDLER;
    this.#runningHandlers++;
    this.#loop.pendingHandlers++;
    void pending.then(() => {
      this.#loop.pendingHandlers--;
      if (--this.#runningHandlers === 0) this.#release(HELD_BY_HANDLER);
    });
  }

  #release(hold: number): void {
    this.#holds &= ~hold;
    if (this.#phase === 'closed' || this.#serving) return;
    if (this.#runnable()) this.#loop.makeReady(this);
    else this.#arm();
  }

  // --- The state that a service leaves behind

  #runnable(): boolean {
    return this.#mayRead() || this.#outbound.sendable;
  }

  /** Ends a service: what was written is sent first, and `uncork` settles then. Returns true if there is more to do at once. */
  #leaveService(): boolean {
    this.#serving = false;
    if (this.#corked) return false;
    this.#settle();
    return this.#runnable();
  }

  /** Takes the steps of the connection's life that are due, and asks the kernel for what is wanted next. */
  #settle(): void {
    if (this.#phase === 'draining' && this.#outbound.queued === 0) this.#sendFin();
    if (this.#phase === 'closing' && this.#readEnded) this.#finish(undefined);
    else this.#arm();
  }

  #sendFin(): void {
    const result = this.#loop.kernel.shutdown(this.fd, SHUT_WR);
    if (result < 0) this.#fail(result, 'shutdown');
    else this.#phase = transition(this.#phase, 'closing');
  }

  /**
   * Asks the kernel for what is wanted next. A one-shot registration stays disarmed until everything is done, the
   * handler included, unless output is blocked: this is the one place that arms it, and every way out of work leads here.
   */
  #arm(): void {
    if (this.#phase === 'closed') return;
    if ((this.#readiness & EPOLLHUP) !== 0) this.silence();
    else if (!this.disarmed || !this.#atWork()) this.arm(this.#holds === 0 && !this.#readEnded, this.#outbound.blocked);
  }

  #atWork(): boolean {
    return this.#runnable() || (this.#runningHandlers > 0 && !this.#outbound.blocked);
  }

  // --- The end

  #fail(errno: number, syscall: string): void {
    if (this.#phase !== 'closed') this.#finish(new SystemError(errno, syscall, addressText(this.peer)));
  }

  /** The ending: stop serving → discard the queue → deregister → close → tell the owner, last. */
  #finish(reason: Error | undefined): void {
    const { counters } = this.#loop;
    this.#phase = transition(this.#phase, 'closed');
    this.#reason = reason;
    this.#loop.forget(this);
    counters.closed++;
    if (reason !== undefined) counters.failed++;
    counters.bytesDiscarded += this.#outbound.discard();
    this.leave();
    this.#loop.tellLater(this);
  }
}
