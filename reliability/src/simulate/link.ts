import type { Connection } from '@edgeloop/reactor';
import type { SimPeer } from '@edgeloop/reactor/testing';
import { demand } from './finding.js';
import { Stream } from './stream.js';

/**
 * A connection from both of its ends: the peer's in the simulated world and the reactor's. Knows what has been sent on it each
 * way, who has broken it, if anybody has, and so what both ends must have seen when all is over.
 */
export class Link {
  readonly toReactor: Stream;
  readonly toPeer: Stream;
  peer: SimPeer | undefined;
  connection: Connection | undefined;
  /** The reactor's side has been closed: `onClose` was called, with this reason. */
  closed = false;
  reason: Error | undefined;
  /** The peer's end has been told: `onHalfClose` was called. */
  heardEnd = false;
  /** What had come and was not read when the reactor closed the descriptor, though nothing kept it from reading. */
  unread = 0;
  /** Nothing is to be read. */
  paused = false;
  /** A handler has ended it before its time, so what it was asked later may stay unanswered. */
  interfered = false;
  #blame: string | undefined;

  /** `port` is the one end's that has an ephemeral one; above `maxQueuedBytes` the reactor closes the connection. */
  constructor(
    readonly port: number,
    readonly maxQueuedBytes: number,
  ) {
    this.toReactor = new Stream(`link ${port} to the reactor`);
    this.toPeer = new Stream(`link ${port} to the peer`);
  }

  /** Who is the first to have broken it, and how; undefined while it must end in order. */
  get blame(): string | undefined {
    return this.#blame;
  }

  /** From now on the connection may end in any way, and bytes on it may be lost. */
  break(blame: string): void {
    this.#blame ??= blame;
  }

  /** Destroys it as a handler does, if it is still there. */
  destroy(blame: string, reason?: Error): void {
    if (this.closed) return;
    this.break(blame);
    this.interfered = true;
    this.connection?.destroy(reason);
  }

  /** Whether what is written now goes to the peer. */
  get writable(): boolean {
    return this.connection?.phase === 'open';
  }

  /** Writes as a handler does, and notes it where it counts: what the peer's end or ours has come before is dropped silently. */
  write(data: Uint8Array): boolean {
    const { connection } = this;
    if (connection === undefined || connection.phase !== 'open') return false;
    this.toPeer.send(data);
    const tooMuch = connection.bytesQueued + data.length > this.maxQueuedBytes;
    const takesMore = connection.write(data);
    if (tooMuch && isClosed(connection)) this.break('more was queued than may be');
    const bounded = connection.bytesQueued <= this.maxQueuedBytes || this.#blame !== undefined;
    demand(bounded, () => `${this.text}: ${connection.bytesQueued} bytes are queued, but only ${this.maxQueuedBytes} may be`);
    return takesMore;
  }

  /** Stops reading, as a handler does. */
  pause(): void {
    this.paused = true;
    this.connection?.pause();
  }

  resume(): void {
    this.paused = false;
    this.connection?.resume();
  }

  /** What must hold when nothing more will happen. */
  checkOver(): void {
    this.#checkPeer();
    if (this.connection !== undefined) demand(this.closed, () => `${this.text}: its onClose was never called`);
    if (this.#blame === undefined) this.#checkOrder();
  }

  /** For complaints. */
  get text(): string {
    const { peer, toReactor, toPeer, connection } = this;
    const seen = peer === undefined ? 'no peer' : `peer ${peer.error ?? (peer.ended ? 'has seen the end' : 'has seen no end')}`;
    const ended = this.reason === undefined ? 'closed' : `closed: ${this.reason.message}`;
    const ours = connection === undefined ? 'never opened' : this.closed ? ended : connection.phase;
    const bytes = `${toReactor.received} of ${toReactor.sent} bytes came, ${toPeer.received} of ${toPeer.sent} went`;
    return `link ${this.port} (${ours}; ${seen}; ${bytes}; ${this.#blame ?? 'nobody broke it'})`;
  }

  /** A FIN says that all was sent, so all must be there, whoever has broken what. */
  #checkPeer(): void {
    const { peer } = this;
    if (peer === undefined || !peer.ended || peer.error !== undefined) return;
    demand(this.toPeer.missing === 0, () => `${this.text}: the peer was told of an orderly end, but bytes are missing`);
  }

  #checkOrder(): void {
    demand(this.connection !== undefined, () => `${this.text}: it was never opened`);
    demand(this.reason === undefined, () => `${this.text}: it was closed with an error`);
    demand(this.toReactor.missing === 0, () => `${this.text}: the reactor has not got all`);
    demand(this.peer?.ended === true && this.peer.error === undefined, () => `${this.text}: the peer has seen no orderly end`);
  }
}

/** Asked anew: a write may close. */
function isClosed({ phase }: Connection): boolean {
  return phase === 'closed';
}
