import type { Connection } from './connection.js';
import { EdgeloopError } from '../errors.js';
import { type PoolOptions, poolOptions } from '../options.js';
import { type OptionsInput, parseOptions } from '../options-check.js';
import { Waiter } from './waiter.js';

export interface AcquireOptions {
  /** Gives the wait up. A dial that was made for it goes on, for whoever comes next. */
  readonly signal?: AbortSignal | undefined;
}

/** How many connections of a pool are where. */
export interface PoolCounts {
  readonly inUse: number;
  /** Those that have died since they were released count until `acquire` comes upon them. */
  readonly idle: number;
  readonly dialling: number;
  /** Calls of `acquire` that are not settled. */
  readonly waiting: number;
}

/**
 * Connections to one peer, dialled when they are needed and used again. There are never more than `maxConnections`, dials
 * under way included; who comes then waits in line. A released connection goes to the first in line, so a connection is
 * idle only while nobody waits, and a dial is made only while none is idle.
 *
 * The pool owns the idle connections, whoever acquired them the others. It watches none: one that has ended is found out
 * when it is acquired or released.
 */
export class ConnectionPool<State = unknown> {
  readonly #dial: () => Promise<Connection<State>>;
  readonly #options: PoolOptions;
  readonly #inUse = new Set<Connection<State>>();
  /** The one released last is used first: the others may age, and the peer may end them. */
  readonly #idle: Connection<State>[] = [];
  readonly #line = new Set<Waiter<Connection<State>>>();
  #dialling = 0;
  #closed = false;

  /** Error: EL_OPTION_INVALID. */
  constructor(dial: () => Promise<Connection<State>>, options: OptionsInput<typeof poolOptions> = {}) {
    this.#dial = dial;
    this.#options = parseOptions(poolOptions, options, 'ConnectionPool');
  }

  get counts(): PoolCounts {
    return { inUse: this.#inUse.size, idle: this.#idle.length, dialling: this.#dialling, waiting: this.#line.size };
  }

  /**
   * An open connection: an idle one, a new one, or the next that is released. Give it back with `release`.
   * Errors: EL_POOL_EXHAUSTED, EL_POOL_CLOSED, the signal's reason, and what the dial that was made for it fails with.
   */
  async acquire({ signal }: AcquireOptions = {}): Promise<Connection<State>> {
    signal?.throwIfAborted();
    if (this.#closed) throw poolClosed();
    const idle = this.#takeIdle();
    if (idle !== undefined) return idle;
    this.#assertPlaceInLine();
    const waiter = new Waiter(this.#line, signal);
    this.#dialForLine();
    return waiter.promise;
  }

  /** Takes a connection back; one that is not open any more makes room for another. Error: EL_POOL_RELEASE_INVALID. */
  release(connection: Connection<State>): void {
    if (!this.#inUse.delete(connection)) {
      throw new EdgeloopError('EL_POOL_RELEASE_INVALID', `connection ${connection.id} is not in use from this pool; release each acquired connection once`);
    }
    if (connection.phase === 'open') this.#offer(connection);
    else this.#dialForLine();
  }

  /**
   * Acquires a connection for the time of `work` and releases it, also when that fails: if the connection is not fit for
   * the next user then, destroy it first. Errors: those of `acquire` and of `work`.
   */
  async use<Result>(work: (connection: Connection<State>) => Result | Promise<Result>, options?: AcquireOptions): Promise<Result> {
    const connection = await this.acquire(options);
    try {
      return await work(connection);
    } finally {
      this.release(connection);
    }
  }

  /** Ends the idle connections and refuses all who wait with EL_POOL_CLOSED. Those in use are ended when they are released. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#line) waiter.refuse(poolClosed());
    for (const connection of this.#idle.splice(0)) if (connection.phase === 'open') connection.end();
  }

  #takeIdle(): Connection<State> | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.phase !== 'open') continue;
      this.#inUse.add(connection);
      return connection;
    }
    return undefined;
  }

  /** Those for whom a dial is under way, or can be made, do not count: they do not wait for anybody's release. */
  #assertPlaceInLine(): void {
    const { maxConnections, maxWaiting } = this.#options;
    if (this.#hasRoom() || this.#line.size - this.#dialling < maxWaiting) return;
    const what = `all ${maxConnections} connections are in use or being dialled and ${maxWaiting} callers wait`;
    throw new EdgeloopError('EL_POOL_EXHAUSTED', `${what}; release sooner, or allow more with maxConnections or maxWaiting`);
  }

  /** Hands an open connection to the first in line, or keeps it. */
  #offer(connection: Connection<State>): void {
    const [first] = this.#line;
    if (first !== undefined) {
      this.#inUse.add(connection);
      first.serve(connection);
    } else if (this.#closed) {
      connection.end();
    } else {
      this.#idle.push(connection);
    }
  }

  #hasRoom(): boolean {
    return this.#inUse.size + this.#idle.length + this.#dialling < this.#options.maxConnections;
  }

  /** Dials until there is a dial for each in line, or no room. At most `maxConnections` are expecting one, so the search is short. */
  #dialForLine(): void {
    for (const waiter of this.#line) {
      if (this.#dialling >= this.#line.size || !this.#hasRoom()) return;
      if (!waiter.expecting) void this.#dialFor(waiter);
    }
  }

  /** A dial brings a connection for the first in line, but its failure is told only to the one it was made for. */
  async #dialFor(waiter: Waiter<Connection<State>>): Promise<void> {
    this.#dialling++;
    waiter.expecting = true;
    const outcome = await outcomeOf(this.#dial);
    this.#dialling--;
    waiter.expecting = false;
    if ('connection' in outcome) this.#offer(outcome.connection);
    else waiter.refuse(outcome.error);
    this.#dialForLine();
  }
}

/** What a dial brings. A connection that is over already is a failure: dialling for the same waiter again might never end. */
async function outcomeOf<State>(dial: () => Promise<Connection<State>>): Promise<{ connection: Connection<State> } | { error: unknown }> {
  try {
    const connection = await dial();
    if (connection.phase === 'open') return { connection };
    return { error: new EdgeloopError('EL_CONNECTION_CLOSED', `connection ${connection.id} ended before the pool could hand it out`) };
  } catch (error) {
    return { error };
  }
}

function poolClosed(): EdgeloopError {
  return new EdgeloopError('EL_POOL_CLOSED', 'the pool is closed; make a new one to go on');
}
