import { EdgeloopError, type ErrorCode } from '../errors.js';
import { WRITE_BUDGET_BYTES } from '../limits.js';
import type { Loop } from '../loop/loop.js';
import type { Corked } from '../loop/send-batch.js';
import type { ConnectionOptions } from '../options.js';
import type { Block } from '../structures/buffer-pool.js';
import { type SocketAddress, addressText } from './address.js';
import { HELD_BY_BACKPRESSURE, InboundSocket } from './inbound-socket.js';
import { Outbound } from './outbound.js';

/**
 * The sending half of a connection on top of the receiving one: output is gathered within a turn and sent with that of
 * others, queued where the socket does not take it, and bounded by the water marks, which hold reading.
 */
export abstract class DuplexSocket extends InboundSocket implements Corked {
  protected readonly options: ConnectionOptions;
  protected readonly outbound: Outbound;
  readonly #loop: Loop;
  #corked = false;
  #congested = false;
  /** What a send of a batch answered, if it failed; acted on when the batch is done. */
  #sendError = 0;

  constructor(loop: Loop, fd: number, peer: SocketAddress, options: ConnectionOptions) {
    super(loop, fd, peer, options.trigger);
    this.#loop = loop;
    this.options = options;
    this.outbound = new Outbound(loop, fd);
  }

  /** Neither sends nor receives any more, for good. */
  protected abstract get gone(): boolean;
  /** The queue has become as short as it should be. Called within a turn, and never within `send`. */
  protected abstract drained(): void;
  /** The queue has become longer than it may be. */
  protected abstract overflowed(reason: EdgeloopError): void;
  /** What was gathered is sent, or queued: takes the steps that follow from that. */
  protected abstract settle(): void;

  get bytesWritten(): number {
    return this.outbound.bytesWritten;
  }

  get bytesQueued(): number {
    return this.outbound.length;
  }

  /** Whether bytes wait that the socket does not take. */
  get blocked(): boolean {
    return this.outbound.blocked;
  }

  /** Whether the queue was above the high-water mark and has not drained since. */
  protected get congested(): boolean {
    return this.#congested;
  }

  protected get corked(): boolean {
    return this.#corked;
  }

  get gathered(): Block | undefined {
    return this.outbound.next;
  }

  sent(asked: number, answer: number): void {
    this.#sendError = this.outbound.sent(asked, answer);
    if (answer > 0) this.lastActiveMs = this.#loop.clock.nowMs;
  }

  uncork(): void {
    this.#corked = false;
    if (this.gone) return;
    if (this.#sendError < 0) this.broken(this.#sendError, 'send');
    else this.flush();
    this.settle();
    if (this.runnable) this.#loop.makeReady(this);
  }

  protected override leave(): void {
    this.#setCongested(false);
    super.leave();
  }

  /** The kernel reports room only when a third of the socket's buffer is free. A peer may have taken less, and be alive. */
  retry(): boolean {
    this.sendable(true);
    this.flush();
    this.settle();
    if (this.runnable) this.#loop.makeReady(this);
    return !this.gone;
  }

  /** Whether there is something to do without being told by the kernel. */
  protected get runnable(): boolean {
    return this.mayRead() || this.outbound.sendable;
  }

  protected override sendable(can: boolean): void {
    this.outbound.writable = can;
  }

  /** Takes all of `bytes`, and has them sent. */
  protected send(bytes: Uint8Array): void {
    const before = this.bytesWritten;
    const result = this.outbound.write(bytes);
    if (this.bytesWritten > before) this.lastActiveMs = this.#loop.clock.nowMs;
    if (result < 0) this.broken(result, 'send');
    else this.#checkWaterMarks();
    this.uncorkSoon();
  }

  /** Sends from the queue what the socket takes. */
  protected flush(): void {
    if (!this.outbound.sendable && !this.#congested) return;
    const before = this.outbound.length;
    const result = this.outbound.flush(WRITE_BUDGET_BYTES);
    if (this.outbound.length < before) this.lastActiveMs = this.#loop.clock.nowMs;
    if (result < 0) this.broken(result, 'send');
    else if (this.#congested && this.outbound.length <= this.options.lowWaterBytes) this.#drain();
  }

  /** The water marks have changed: what is queued already is held against the new ones. */
  protected marksChanged(): void {
    const queued = this.outbound.length;
    const { lowWaterBytes, highWaterBytes, maxQueuedBytes } = this.options;
    if (queued > maxQueuedBytes) this.#endSlowConsumer();
    else if (queued > highWaterBytes) this.#congest();
    else if (this.#congested && queued <= lowWaterBytes) this.#loop.makeReady(this);
  }

  /** Settles now, or in the turn's next batch, after the handlers that may write more. */
  protected uncorkSoon(): void {
    if (this.gone || this.#corked) return;
    if (!this.#loop.turning) {
      this.uncork();
      return;
    }
    this.#corked = true;
    this.#loop.uncorkLater(this);
  }

  /** Outside a turn this may be inside a `send`, and `drained` must not be called inside the send that it answers. */
  #drain(): void {
    if (!this.#loop.turning) {
      this.#loop.makeReady(this);
      return;
    }
    this.#setCongested(false);
    this.drained();
  }

  #setCongested(congested: boolean): void {
    if (congested !== this.#congested) this.#loop.gauges.connectionsCongested += congested ? 1 : -1;
    this.#congested = congested;
  }

  #checkWaterMarks(): void {
    const queued = this.outbound.length;
    if (queued <= this.options.highWaterBytes) return;
    this.#congest();
    this.#checkCaps(queued);
  }

  #congest(): void {
    this.#setCongested(true);
    if (this.options.pauseOnBackpressure) this.hold(HELD_BY_BACKPRESSURE);
  }

  #checkCaps(queued: number): void {
    const { pool, maxTotalQueuedBytes } = this.#loop;
    if (queued > this.options.maxQueuedBytes) {
      this.#endSlowConsumer();
    } else if (pool.queuedBytes > maxTotalQueuedBytes) {
      this.#overflow('EL_OUTPUT_LIMIT', `all connections together have ${pool.queuedBytes}, the limit is ${maxTotalQueuedBytes} (maxTotalQueuedBytes)`);
    }
  }

  #endSlowConsumer(): void {
    this.#overflow('EL_SLOW_CONSUMER', `the cap is ${this.options.maxQueuedBytes} (maxQueuedBytes)`);
  }

  #overflow(code: ErrorCode, why: string): void {
    this.overflowed(new EdgeloopError(code, `${this.bytesQueued} bytes are queued for ${addressText(this.peer)}, which does not read; ${why}`));
  }
}
