import type { ConnectionPhase } from './connection-phase.js';
import type { Log } from '../log.js';

/**
 * A connection as plugins see it. `State` is what the plugin keeps per connection.
 *
 * All methods may be called from a handler or from anywhere else in the reactor's thread; none blocks.
 */
export interface Connection<State = unknown> {
  /** Differs from that of every other connection of this reactor, also after this one is closed. */
  readonly id: number;
  /** What the plugin's `state` hook returned for this connection. */
  state: State;
  readonly phase: ConnectionPhase;
  /** Of a Unix socket its path or name, with port 0, here and below; empty where it has none, as clients mostly have. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Undefined once the connection is closed. */
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly bytesRead: number;
  /** Bytes that the kernel has taken; that the peer has them is not implied. */
  readonly bytesWritten: number;
  /** Bytes that wait in this process for the socket to take them. */
  readonly bytesQueued: number;
  /** Of them, those that were lost because the connection was closed before it could send them; 0 until then. */
  readonly bytesDiscarded: number;
  /** Whether `pause` is in force. Reading also rests, by itself, above the high-water mark and while a handler's promise is pending. */
  readonly paused: boolean;
  /**
   * Aborted when the connection has closed, before `onClose`, with the error that ended it or, where there is none, EL_CONNECTION_CLOSED:
   * for what a handler waits for, `offload` or `fetch`. A peer that has only sent its FIN may still wait for the answer, and aborts nothing.
   */
  readonly signal: AbortSignal;
  /** The plugin's log, whose lines name the connection here. Made when it is first asked for. */
  readonly log: Log;

  /**
   * Sends bytes, or text as UTF-8, after all that was written before. What the socket does not take at once is copied
   * and queued, so the caller may reuse its memory. Small writes within one dispatch leave in one send.
   *
   * Returns false above the high-water mark: the plugin's `onDrain` tells when to go on. Above the hard cap the
   * connection is closed with EL_SLOW_CONSUMER. On a connection that the peer has ended, or that is closed, it does
   * nothing and returns false, for a peer may leave at any time; after `end` it throws EL_WRITE_AFTER_END, and in debug mode
   * after `onClose` EL_USED_AFTER_CLOSE.
   * Anything but bytes and text throws EL_DATA_INVALID.
   */
  write(data: Uint8Array | string): boolean;

  /** Writes `data` if there is any, sends what is queued, then a FIN. The peer may go on sending until its own FIN. */
  end(data?: Uint8Array | string): void;

  /**
   * Tells that bytes of a message have come, but not yet all of them: from the first such call on, the peer has
   * `messageTimeoutMs` to complete it. Without that option the calls do nothing. Decoders say when to: `pendingBytes > 0`.
   */
  beginMessage(): void;
  /** The message that was under way is complete. */
  endMessage(): void;

  /** Stops delivering bytes; they wait in the kernel, whose window closes on the peer. Deadlines are not put off by that. */
  pause(): void;
  resume(): void;

  /** Closes at once and discards what is queued; the peer sees a reset then, and no orderly end. `reason` is handed to `onClose`. */
  destroy(reason?: Error): void;
}

/** Whom a connection reports to. A returned promise holds further reading of the connection until it settles; it must not reject. */
export interface ConnectionOwner<State> {
  /** Its name, for operators. */
  readonly plugin: string;
  opened(connection: Connection<State>): Promise<void> | undefined;
  /** `chunk` is a view into the loop's buffer, valid until the call returns. */
  received(connection: Connection<State>, chunk: Buffer): Promise<void> | undefined;
  /** The peer has sent its FIN. When this is done, the promise included, our side ends too. */
  halfClosed(connection: Connection<State>): Promise<void> | undefined;
  /** The queue has fallen from above the high-water mark to the low-water mark. */
  drained(connection: Connection<State>): Promise<void> | undefined;
  /** Where the owner reports of this connection to. */
  logOf(connection: Connection<State>): Log;
  /** The last call, once. `reason` is undefined after an orderly end. */
  closed(connection: Connection<State>, reason: Error | undefined): void;
}
