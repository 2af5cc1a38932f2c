import { EdgeloopError, type ErrorCode, SystemError } from '../errors.js';
import { EPOLLIN, SHUT_WR } from '../kernel/abi.js';
import type { Log } from '../log.js';
import type { Ended, Loop } from '../loop/loop.js';
import type { ConnectionOptions } from '../options.js';
import { type SocketAddress, addressText } from './address.js';
import type { Admission } from './admission.js';
import { type ConnectionPhase, transition } from './connection-phase.js';
import type { Connection, ConnectionOwner } from './connection.js';
import { Deadlines, type Watched } from './deadlines.js';
import { DuplexSocket } from './duplex-socket.js';
import { EndSignal } from './end-signal.js';
import { countEnd, counterOfEnd } from './ending.js';
import { HELD_BY_BACKPRESSURE, HELD_BY_HANDLER, HELD_BY_USER } from './inbound-socket.js';
import { bytesOf } from './payload.js';
import { refuseUse } from './use-after-close.js';

/**
 * A connected socket in the loop: the life of a connection, its deadlines, and the calls to its owner.
 *
 * Owns the descriptor, its slot in the poller and its outbound queue, and gives all three back in `#finish`, the only
 * way out. The owner (a plugin) is told last, once, after the turn's I/O.
 */
export class SocketConnection<State> extends DuplexSocket implements Connection<State>, Ended, Watched {
  id = 0;
  state!: State;
  bytesDiscarded = 0;
  readonly owner: ConnectionOwner<State>;
  readonly #loop: Loop;
  /** Only from `open` to the end: neither a connection that cannot enter the epoll set leaves an alarm behind, nor one that has ended. */
  #deadlines: Deadlines | undefined;
  /** What has counted it in, and is told when it is gone; undefined if it was dialled. */
  readonly admission: Admission | undefined;
  #phase: ConnectionPhase = 'open';
  #runningHandlers = 0;
  /** From the begin of a service to its end: what handlers change meanwhile is acted on once, at the end. */
  #serving = false;
  /** The plugin has called `end`, and not just the peer's end. */
  #endCalled = false;
  /** Our side is to end as soon as there is nothing to do. */
  #leaving = false;
  #reason: Error | undefined;
  /** Made when `signal` is first asked for. */
  #end: EndSignal | undefined;

  constructor(loop: Loop, fd: number, peer: SocketAddress, owner: ConnectionOwner<State>, options: ConnectionOptions, admission?: Admission) {
    super(loop, fd, peer, options);
    this.#loop = loop;
    this.owner = owner;
    this.admission = admission;
  }

  /** Tells the owner. To be called once, when the connection has entered the epoll set. */
  open(): void {
    this.id = this.#loop.poller.idOf(this);
    this.#deadlines = Deadlines.of(this.#loop.clock, this.options, this);
    this.#await(this.owner.opened(this));
  }

  /** Why the connection ended; undefined before, and after an orderly end. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  get signal(): AbortSignal {
    this.#end ??= new EndSignal();
    if (this.gone) this.#end.tell(this);
    else if (!this.#serving) this.#rearm();
    return this.#end.signal;
  }

  get log(): Log {
    return this.owner.logOf(this);
  }

  write(data: Uint8Array | string): boolean {
    if (this.#endCalled && this.#phase !== 'closed') {
      throw new EdgeloopError('EL_WRITE_AFTER_END', `connection ${this.id}: write after end; the FIN is promised to the peer, so nothing may follow`);
    }
    const bytes = bytesOf(data, 'write');
    if (this.#phase !== 'open') return false;
    this.send(bytes);
    return this.phase === 'open' && !this.congested;
  }

  end(data?: Uint8Array | string): void {
    if (data !== undefined) this.write(data);
    this.#loop.witness?.closed(this, 'end()');
    this.#endCalled = true;
    this.#startDraining();
  }

  beginMessage(): void {
    this.#deadlines?.beginMessage();
  }

  endMessage(): void {
    this.#deadlines?.endMessage();
  }

  resume(): void {
    this.#release(HELD_BY_USER);
  }

  destroy(reason?: Error): void {
    if (this.#phase === 'closed') return;
    this.#loop.witness?.closed(this, 'destroy()');
    this.#finish(reason);
  }

  /** Whether it was accepted, and not dialled. */
  get accepted(): boolean {
    return this.admission !== undefined;
  }

  /** Whether a handler is at work, a reply is on its way out, or a request on its way in, as far as we know: behind a pause may be one. */
  get busy(): boolean {
    return this.#working || this.outbound.length > 0 || this.paused;
  }

  /** Whether only the peer's end is missing: ours has been sent, after `endWhenIdle` was called. */
  get lingering(): boolean {
    return this.#leaving && this.#phase === 'closing' && !this.#working;
  }

  /** Whether `endWhenIdle` was called, and has yet to be obeyed. */
  get leaving(): boolean {
    return this.#leaving && this.#phase === 'open';
  }

  get handling(): boolean {
    return this.#runningHandlers > 0;
  }

  get #working(): boolean {
    return this.handling || this.mayRead();
  }

  timedOut(code: ErrorCode, why: string): void {
    this.#finish(new EdgeloopError(code, `connection ${this.id}: ${addressText(this.peer)} ${why}`));
  }

  /** The options, which it shares with the others of its listener, have changed. */
  optionsChanged(): void {
    if (this.gone) return;
    (this.#deadlines ??= Deadlines.of(this.#loop.clock, this.options, this))?.optionsChanged();
    this.marksChanged();
  }

  /** Ends our side once there is nothing to do: after a last look for bytes that have come, and their answers. */
  endWhenIdle(): void {
    this.#leaving = true;
    if (this.#phase !== 'open') return;
    this.mark(EPOLLIN);
    this.#loop.makeReady(this);
  }

  service(): boolean {
    this.#serving = true;
    this.takeEvents();
    this.flush();
    if (this.mayRead() && this.read()) return false;
    return this.leaveService();
  }

  // --- What the two halves of the socket bring

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
    this.#finish(new SystemError(errno, syscall, addressText(this.peer)));
  }

  /** What was written is sent first; `uncork` settles then. */
  protected override leaveService(): boolean {
    this.#serving = false;
    if (this.corked) return false;
    this.settle();
    return this.runnable;
  }

  protected override get gone(): boolean {
    return this.#phase === 'closed';
  }

  protected override drained(): void {
    this.#release(HELD_BY_BACKPRESSURE);
    this.#await(this.owner.drained(this));
  }

  protected override overflowed(reason: EdgeloopError): void {
    this.#finish(reason);
  }

  // --- Handlers that take their time

  /** Holds reading until the handler's promise settles. */
  #await(pending: Promise<void> | undefined): void {
    if (pending === undefined) return;
    this.hold(HELD_BY_HANDLER);
    this.#loop.pendingPromises++;
    if (this.#runningHandlers++ === 0) this.#deadlines?.beginHandling();
    void pending.then(() => {
      this.#loop.pendingPromises--;
      if (--this.#runningHandlers > 0) return;
      this.#deadlines?.endHandling();
      this.#release(HELD_BY_HANDLER);
    });
  }

  #release(hold: number): void {
    this.unhold(hold);
    if (this.gone || this.#serving) return;
    if (this.runnable || this.#leaving) this.#loop.makeReady(this);
    else this.#rearm();
  }

  // --- The state that a service leaves behind

  #enter(phase: ConnectionPhase): void {
    this.#phase = transition(this.#phase, phase, this.#loop.gauges);
  }

  #startDraining(): void {
    if (this.#phase !== 'open') return;
    this.#enter('draining');
    this.uncorkSoon();
  }

  /** Takes the steps of the connection's life that are due, and asks the kernel for what is wanted next. */
  protected override settle(): void {
    if (this.#leaving && this.#phase === 'open' && !this.busy && this.quiet) this.#enter('draining');
    if (this.#phase === 'draining' && this.outbound.length === 0) this.#sendFin();
    if (this.#phase === 'closing' && this.readEnded) return this.#finish(undefined, 'endedInOrder');
    this.#deadlines?.noteWrites();
    this.#rearm();
  }

  /** Where the peer has ended too, the FIN is left to close(2), which follows at once. Of a reset that is not read yet, shutdown(2) says ENOTCONN. */
  #sendFin(): void {
    const result = this.readEnded ? 0 : this.#loop.kernel.shutdown(this.fd, SHUT_WR);
    if (result < 0) return this.fail(result, 'shutdown');
    this.#enter('closing');
    this.lastActiveMs = this.#loop.clock.nowMs;
  }

  /**
   * Asks the kernel for what is wanted next, or ends the connection if that fails. A one-shot registration stays disarmed until
   * everything is done, the handler included, unless output is blocked or `signal` is to tell of the end: only here it is armed, and every way out of work leads here.
   */
  #rearm(): void {
    if (this.gone || (this.disarmed && this.#atWork() && !this.hungUp)) return;
    const result = this.hungUp ? this.silence() : this.arm(this.wantsRead, this.blocked);
    if (result < 0) this.fail(result, 'epoll_ctl');
  }

  #atWork(): boolean {
    return this.runnable || (this.handling && !this.blocked && this.#end === undefined);
  }

  // --- The end

  tellOwner(): void {
    this.#end?.tell(this);
    this.owner.closed(this, this.#reason);
    if (this.#loop.debug) refuseUse(this, this.#loop);
  }

  /** The ending: stop serving → discard the queue (then it is a reset) → deregister → close → tell the owner, last. */
  #finish(reason?: Error, end = counterOfEnd(reason)): void {
    if (this.#phase === 'closed') return;
    this.#enter('closed');
    this.#reason = reason;
    this.#deadlines?.stop();
    this.#deadlines = undefined;
    this.admission?.release(this.peer);
    this.#loop.forget(this);
    countEnd(this.#loop.meters, end, reason);
    this.bytesDiscarded = this.outbound.clear();
    this.#loop.counters.bytesDiscarded += this.bytesDiscarded;
    // A FIN would tell the peer that it has got everything, and the kernel would keep what it holds for a peer that takes nothing.
    if (this.bytesDiscarded > 0) this.#loop.kernel.setLinger(this.fd, 1, 0);
    this.leave();
    this.#loop.tellLater(this);
  }
}
