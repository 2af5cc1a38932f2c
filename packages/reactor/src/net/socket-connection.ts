import { EdgeloopError, type ErrorCode, SystemError } from '../errors.js';
import { EPOLLIN, SHUT_WR } from '../kernel/abi.js';
import { WRITE_BUDGET_BYTES } from '../limits.js';
import type { Ended, Loop } from '../loop/loop.js';
import type { Corked } from '../loop/send-batch.js';
import type { ConnectionOptions } from '../options.js';
import type { Block } from '../structures/buffer-pool.js';
import { type SocketAddress, addressText } from './address.js';
import { type ConnectionPhase, transition } from './connection-phase.js';
import type { Connection, ConnectionOwner } from './connection.js';
import { HELD_BY_BACKPRESSURE, HELD_BY_HANDLER, HELD_BY_USER, InboundSocket } from './inbound-socket.js';
import type { Admission } from './admission.js';
import { Deadlines, type Watched } from './deadlines.js';
import { Outbound } from './outbound.js';

/**
 * A connected socket in the loop: the life of a connection, its sending half, and the calls to its owner.
 *
 * Owns the descriptor, its slot in the poller and its outbound queue, and gives all three back in `#finish`, the only
 * way out. The owner (a plugin) is told last, once, after the turn's I/O.
 */
export class SocketConnection<State> extends InboundSocket implements Connection<State>, Corked, Ended, Watched {
  id = 0;
  state!: State;
  readonly #loop: Loop;
  readonly owner: ConnectionOwner<State>;
  readonly #options: ConnectionOptions;
  readonly #outbound: Outbound;
  readonly #deadlines: Deadlines | undefined;
  readonly #admission: Admission | undefined;
  #phase: ConnectionPhase = 'open';
  #runningHandlers = 0;
  /** From the begin of a service to its end: what handlers change meanwhile is acted on once, at the end. */
  #serving = false;
  #corked = false;
  #congested = false;
  /** What a send of a batch answered, if it failed; acted on when the batch is done. */
  #sendError = 0;
  /** The plugin has called `end`, and not just the peer's end. */
  #endCalled = false;
  /** Our side is to end as soon as there is nothing to do. */
  #leaving = false;
  #reason: Error | undefined;

  /** `admission` has counted the connection in, and is told when it is gone. */
  constructor(loop: Loop, fd: number, peer: SocketAddress, owner: ConnectionOwner<State>, options: ConnectionOptions, admission?: Admission) {
    super(loop, fd, peer, options.trigger);
    this.#loop = loop;
    this.owner = owner;
    this.#options = options;
    this.#outbound = new Outbound(loop, fd);
    this.#admission = admission;
    this.#deadlines = Deadlines.of(loop, options, this);
  }

  /** Tells the owner. To be called once, when the connection has entered the epoll set. */
  open(): void {
    this.id = this.#loop.poller.idOf(this);
    this.#await(this.owner.opened(this));
  }

  /** Why the connection ended; undefined before, and after an orderly end. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  get bytesWritten(): number {
    return this.#outbound.bytesWritten;
  }

  get bytesQueued(): number {
    return this.#outbound.length;
  }

  get paused(): boolean {
    return this.isHeld(HELD_BY_USER);
  }

  write(data: Uint8Array | string): boolean {
    if (this.#endCalled && this.#phase !== 'closed') {
      throw new EdgeloopError('EL_WRITE_AFTER_END', `connection ${this.id}: write after end; the FIN is promised to the peer, so nothing may follow`);
    }
    const bytes = bytesOf(data);
    if (this.#phase !== 'open') return false;
    const result = this.#outbound.write(bytes);
    if (result < 0) this.broken(result, 'send');
    else this.#checkWaterMarks();
    this.#uncorkSoon();
    return this.phase === 'open' && !this.#congested;
  }

  end(data?: Uint8Array | string): void {
    if (data !== undefined) this.write(data);
    this.#endCalled = true;
    this.#startDraining();
  }

  beginMessage(): void {
    this.#deadlines?.beginMessage();
  }

  endMessage(): void {
    this.#deadlines?.endMessage();
  }

  pause(): void {
    this.hold(HELD_BY_USER);
  }

  resume(): void {
    this.#release(HELD_BY_USER);
  }

  destroy(reason?: Error): void {
    if (this.#phase !== 'closed') this.#finish(reason);
  }

  /** Whether a handler is at work, a reply is on its way out, or a request on its way in, as far as we know. */
  get busy(): boolean {
    return this.#runningHandlers > 0 || this.#outbound.length > 0 || this.mayRead();
  }

  get handling(): boolean {
    return this.#runningHandlers > 0;
  }

  get blocked(): boolean {
    return this.#outbound.blocked;
  }

  timedOut(code: ErrorCode, why: string): void {
    this.destroy(new EdgeloopError(code, `connection ${this.id}: ${addressText(this.peer)} ${why}`));
  }

  /** Ends our side once there is nothing to do: after a last look for bytes that have come, and their answers. */
  endWhenIdle(): void {
    if (this.#phase !== 'open') return;
    this.#leaving = true;
    this.mark(EPOLLIN);
    this.#loop.makeReady(this);
  }

  service(): boolean {
    this.#serving = true;
    this.takeEvents();
    if (this.#outbound.sendable || this.#congested) this.#flush();
    if (this.mayRead() && this.read()) return false;
    return this.leaveService();
  }

  // --- What the receiving half brings

  protected override deliver(chunk: Buffer): void {
    this.#await(this.owner.received(this, chunk));
  }

  /** Our side ends when the handler is done with the peer's end. */
  protected override halfClosed(): void {
    const pending = this.owner.halfClosed(this);
    if (pending === undefined) this.#startDraining();
    else this.#await(pending.then(() => this.#startDraining()));
  }

  protected override fail(errno: number, syscall: string): void {
    this.destroy(new SystemError(errno, syscall, addressText(this.peer)));
  }

  protected override sendable(can: boolean): void {
    this.#outbound.writable = can;
  }

  /** What was written is sent first; `uncork` settles then. */
  protected override leaveService(): boolean {
    this.#serving = false;
    if (this.#corked) return false;
    this.#settle();
    return this.#runnable();
  }

  // --- Sending

  get gathered(): Block | undefined {
    return this.#outbound.next;
  }

  sent(asked: number, answer: number): void {
    this.#sendError = this.#outbound.sent(asked, answer);
    if (answer > 0) this.lastActiveMs = this.#loop.clock.nowMs;
  }

  uncork(): void {
    this.#corked = false;
    if (this.#phase === 'closed') return;
    if (this.#sendError < 0) this.broken(this.#sendError, 'send');
    else if (this.#outbound.sendable || this.#congested) this.#flush();
    this.#settle();
    if (this.#runnable()) this.#loop.makeReady(this);
  }

  #flush(): void {
    const before = this.#outbound.length;
    const result = this.#outbound.flush(WRITE_BUDGET_BYTES);
    if (this.#outbound.length < before) this.lastActiveMs = this.#loop.clock.nowMs;
    if (result < 0) this.broken(result, 'send');
    else if (this.#congested && this.#outbound.length <= this.#options.lowWaterBytes) this.#drained();
  }

  /** Outside a turn this may be inside a `write`, and `onDrain` must not run inside the write that it answers. */
  #drained(): void {
    if (!this.#loop.turning) {
      this.#loop.makeReady(this);
      return;
    }
    this.#congested = false;
    this.#release(HELD_BY_BACKPRESSURE);
    this.#await(this.owner.drained(this));
  }

  #checkWaterMarks(): void {
    const queued = this.#outbound.length;
    const { highWaterBytes, maxQueuedBytes, pauseOnBackpressure } = this.#options;
    if (queued <= highWaterBytes) return;
    this.#congested = true;
    if (pauseOnBackpressure) this.hold(HELD_BY_BACKPRESSURE);
    const { counters, pool, maxTotalQueuedBytes } = this.#loop;
    const who = `connection ${this.id}: ${queued} bytes are queued for ${addressText(this.peer)}, which does not read`;
    if (queued > maxQueuedBytes) {
      counters.slowConsumers++;
      this.destroy(new EdgeloopError('EL_SLOW_CONSUMER', `${who}; the cap is ${maxQueuedBytes}`));
    } else if (pool.queuedBytes > maxTotalQueuedBytes) {
      counters.outputLimited++;
      this.destroy(new EdgeloopError('EL_OUTPUT_LIMIT', `${who}; all connections together have ${pool.queuedBytes}, the limit is ${maxTotalQueuedBytes}`));
    }
  }

  /** Sends what was written: now, or in the turn's next batch, after the handlers that may write more. */
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
    this.hold(HELD_BY_HANDLER);
    this.#runningHandlers++;
    this.#loop.pendingHandlers++;
    void pending.then(() => {
      this.#loop.pendingHandlers--;
      if (--this.#runningHandlers === 0) this.#release(HELD_BY_HANDLER);
    });
  }

  #release(hold: number): void {
    this.unhold(hold);
    if (this.#phase === 'closed' || this.#serving) return;
    if (this.#runnable()) this.#loop.makeReady(this);
    else this.#rearm();
  }

  // --- The state that a service leaves behind

  #startDraining(): void {
    if (this.#phase !== 'open') return;
    this.#phase = transition(this.#phase, 'draining');
    this.#uncorkSoon();
  }

  #runnable(): boolean {
    return this.mayRead() || this.#outbound.sendable;
  }

  /** Takes the steps of the connection's life that are due, and asks the kernel for what is wanted next. */
  #settle(): void {
    if (this.#leaving && this.#phase === 'open' && !this.busy) this.#phase = transition(this.#phase, 'draining');
    if (this.#phase === 'draining' && this.#outbound.length === 0) this.#sendFin();
    if (this.#phase === 'closing' && this.readEnded) return this.#finish(undefined);
    this.#deadlines?.noteWrites();
    this.#rearm();
  }

  #sendFin(): void {
    const result = this.#loop.kernel.shutdown(this.fd, SHUT_WR);
    if (result < 0) this.fail(result, 'shutdown');
    else this.#phase = transition(this.#phase, 'closing');
  }

  /**
   * Asks the kernel for what is wanted next. A one-shot registration stays disarmed until everything is done, the
   * handler included, unless output is blocked: this is the one place that arms it, and every way out of work leads here.
   */
  #rearm(): void {
    if (this.#phase === 'closed') return;
    if (this.hungUp) this.silence();
    else if (!this.disarmed || !this.#atWork()) this.arm(this.wantsRead, this.#outbound.blocked);
  }

  #atWork(): boolean {
    return this.#runnable() || (this.#runningHandlers > 0 && !this.#outbound.blocked);
  }

  // --- The end

  tellOwner(): void {
    this.owner.closed(this, this.#reason);
  }

  /** The ending: stop serving → discard the queue → deregister → close → tell the owner, last. */
  #finish(reason: Error | undefined): void {
    const { counters } = this.#loop;
    this.#phase = transition(this.#phase, 'closed');
    this.#reason = reason;
    this.#deadlines?.stop();
    this.#admission?.release(this.peer);
    this.#loop.forget(this);
    counters.closed++;
    if (reason !== undefined) counters.failed++;
    counters.bytesDiscarded += this.#outbound.clear();
    this.leave();
    this.#loop.tellLater(this);
  }
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data);
  throw new EdgeloopError('EL_DATA_INVALID', `write takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
}
