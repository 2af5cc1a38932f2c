import type { SocketAddress } from './address.js';
import { Dial, type DialOutcome } from './dial.js';
import type { RemoteEndpoint } from './endpoint.js';
import { EdgeloopError, codeOf } from '../errors.js';
import { InvariantError } from '../invariant.js';
import type { Timer } from '../loop/timer.js';
import type { Loop, Undertaking } from '../loop/loop.js';

export interface ConnectorOptions {
  /** For errors: what was asked for. */
  readonly target: string;
  readonly attemptDelayMs: number;
  readonly connectTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Finds out the addresses. Called once, or not at all if the signal is aborted already. */
export type Find = () => Promise<RemoteEndpoint[]>;

/** Takes over a connected descriptor, within the loop's turn. */
export type Take<T> = (fd: number, peer: SocketAddress) => T;

interface Settled<T> {
  readonly take: Take<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Connects to the first of several addresses that answers, as RFC 8305 ("Happy Eyeballs") says: they are tried in turn, the
 * next one when the one before has failed or its head start is over, and all that are under way go on; the first to
 * succeed wins and the others are given up. There is one outcome, and no descriptor outlives it but the winner's.
 *
 * The addresses may still be unknown when it starts: the timeout and the signal count from the begin of resolving them.
 */
export class Connector<T> implements DialOutcome, Undertaking {
  readonly #loop: Loop;
  readonly #options: ConnectorOptions;
  readonly #dials = new Set<Dial>();
  readonly #errors: Error[] = [];
  readonly #timeout: Timer;
  #waiting: RemoteEndpoint[] = [];
  #headStart: Timer | undefined;
  #done = false;
  readonly #settled: Settled<T>;

  /**
   * Resolves with what `take` makes of the connected descriptor, which is its own from then on, also if it throws.
   * Errors: EL_CONNECT_FAILED, EL_CONNECT_TIMEOUT, the signal's reason, what `find` rejects with, EL_REACTOR_CLOSED, and SystemErrors.
   */
  static connect<T>(loop: Loop, find: Find, options: ConnectorOptions, take: Take<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      options.signal?.throwIfAborted();
      const connector = new Connector(loop, options, { take, resolve, reject });
      loop.awaited(find()).then((found) => connector.#start(found), (error: unknown) => connector.#fail(error));
    });
  }

  private constructor(loop: Loop, options: ConnectorOptions, settled: Settled<T>) {
    this.#loop = loop;
    this.#options = options;
    this.#settled = settled;
    this.#timeout = loop.clock.after(options.connectTimeoutMs, () => this.#fail(this.#timeoutError()));
    options.signal?.addEventListener('abort', this.#abort);
    loop.undertakings.add(this);
  }

  connected(dial: Dial, peer: SocketAddress): void {
    this.#dials.delete(dial);
    this.#finish();
    try {
      this.#settled.resolve(this.#settled.take(dial.fd, peer));
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.#settled.reject(error);
    }
  }

  failed(dial: Dial, error: Error): void {
    this.#dials.delete(dial);
    this.#errors.push(error);
    this.#next();
  }

  /** The reactor is closed: also ends a lookup that would never answer. */
  destroy(reason: Error): void {
    this.#fail(reason);
  }

  #start(endpoints: RemoteEndpoint[]): void {
    this.#waiting = endpoints;
    if (!this.#done) this.#next();
  }

  /** Starts the next attempt that can be started, or fails if none is left and none under way. */
  #next(): void {
    this.#headStart?.cancel();
    for (let endpoint = this.#waiting.shift(); endpoint !== undefined; endpoint = this.#waiting.shift()) {
      if (!this.#dial(endpoint)) continue;
      if (this.#waiting.length > 0) this.#headStart = this.#loop.clock.after(this.#options.attemptDelayMs, () => this.#next());
      return;
    }
    if (this.#dials.size === 0) this.#fail(this.#failure());
  }

  #dial(endpoint: RemoteEndpoint): boolean {
    try {
      this.#dials.add(new Dial(this.#loop, this, endpoint));
      return true;
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.#errors.push(error as Error);
      return false;
    }
  }

  readonly #abort = (): void => this.#fail(this.#options.signal?.reason);

  #fail(error: unknown): void {
    if (this.#done) return;
    this.#loop.counters.connectFailures++;
    this.#loop.meters.errors.count(codeOf(error));
    this.#finish();
    this.#settled.reject(error);
  }

  /** Gives up what is still under way. */
  #finish(): void {
    this.#done = true;
    this.#loop.undertakings.delete(this);
    this.#timeout.cancel();
    this.#headStart?.cancel();
    this.#options.signal?.removeEventListener('abort', this.#abort);
    for (const dial of this.#dials) dial.abandon();
    this.#dials.clear();
  }

  /** The only error, or one that tells all of them. */
  #failure(): Error {
    const [only, ...others] = this.#errors as [Error, ...Error[]];
    if (others.length === 0) return only;
    const reasons = this.#errors.map(({ message }) => message).join('; ');
    return new EdgeloopError('EL_CONNECT_FAILED', `${this.#options.target} cannot be reached at any of its addresses: ${reasons}`, {
      cause: new AggregateError(this.#errors),
    });
  }

  #timeoutError(): Error {
    const { target, connectTimeoutMs } = this.#options;
    const soFar = this.#errors.length === 0 ? '' : ` (${this.#errors.map(({ message }) => message).join('; ')})`;
    return new EdgeloopError('EL_CONNECT_TIMEOUT', `${target} has not answered within ${connectTimeoutMs} ms (connectTimeoutMs)${soFar}`);
  }
}
