import type { Connection, ConnectionOwner } from '../net/connection.js';
import type { Hook } from '../loop/hook.js';
import type { Meters } from '../loop/meters.js';
import type { Stopwatch } from '../loop/stopwatch.js';
import type { Witness } from '../loop/witness.js';
import { EdgeloopError, type ErrorCode } from '../errors.js';
import { InvariantError } from '../invariant.js';
import type { Log } from '../log.js';
import type { Hooks } from './plugin.js';
import type { PluginLogs } from './reactor-logs.js';

/** Why edgeloop itself ends connections: a deadline has passed or a limit is reached. No peer has done that, so it is told. */
const ENDED_BY_US: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'EL_HANDSHAKE_TIMEOUT', 'EL_MESSAGE_TIMEOUT', 'EL_WRITE_TIMEOUT', 'EL_IDLE_TIMEOUT', 'EL_LIFETIME_EXCEEDED',
  'EL_SLOW_CONSUMER', 'EL_OUTPUT_LIMIT', 'EL_REACTOR_CLOSED',
]);

/** The kind of what throws when it is looked at. */
const UNREADABLE = 'unreadable';

/** Hooks that are called a few times in a connection's life. */
type SeldomHook = 'onOpen' | 'onHalfClose' | 'onDrain' | 'onClose';

/** What a dispatcher needs of its reactor. */
export interface DispatcherParts {
  readonly meters: Meters;
  readonly stopwatch: Stopwatch;
  readonly witness: Witness | undefined;
  readonly logs: PluginLogs;
}

/**
 * Calls a plugin's hooks, and stands between them and the loop: what a hook throws or rejects with ends its own
 * connection and is reported, and goes no further.
 */
export class Dispatcher<State> implements ConnectionOwner<State> {
  readonly plugin: string;
  readonly #makeState: (() => State) | undefined;
  readonly #hooks: Hooks<State>;
  readonly #meters: Meters;
  readonly #stopwatch: Stopwatch;
  readonly #witness: Witness | undefined;
  /** The plugin's among those that are measured. */
  readonly #number: number;
  readonly #logs: PluginLogs;
  /** Only of the connections that have asked for theirs: most never do, and a field would cost each of them memory. */
  readonly #connectionLogs = new WeakMap<Connection<State>, Log>();

  constructor(plugin: string, makeState: (() => State) | undefined, hooks: Hooks<State>, { meters, stopwatch, witness, logs }: DispatcherParts) {
    this.plugin = plugin;
    this.#makeState = makeState;
    this.#hooks = hooks;
    this.#meters = meters;
    this.#stopwatch = stopwatch;
    this.#witness = witness;
    this.#number = meters.plugins.enlist(plugin);
    this.#logs = logs;
  }

  opened(connection: Connection<State>): Promise<void> | undefined {
    try {
      // Assigned in any case: connections with and without a state would be of two shapes.
      connection.state = this.#makeState === undefined ? (undefined as State) : this.#timed('state', connection, this.#makeState);
    } catch (error) {
      return this.#failed(connection, 'state', error);
    }
    return this.#call('onOpen', connection);
  }

  /** The one hook that is called for each message. */
  received(connection: Connection<State>, chunk: Buffer): Promise<void> | undefined {
    this.#stopwatch.handling(this.#number, 'onData', connection);
    try {
      return this.#settled(connection, 'onData', this.#hooks.onData?.(connection, chunk));
    } catch (error) {
      return this.#failed(connection, 'onData', error);
    }
  }

  halfClosed(connection: Connection<State>): Promise<void> | undefined {
    return this.#call('onHalfClose', connection);
  }

  drained(connection: Connection<State>): Promise<void> | undefined {
    return this.#call('onDrain', connection);
  }

  closed(connection: Connection<State>, reason: Error | undefined): void {
    if (reason !== undefined) this.#tellFailed(connection, reason);
    if (this.#logs.connection.log.isLevelEnabled('debug')) this.#tellClosed(connection, reason);
    void this.#call('onClose', connection, reason);
  }

  logOf(connection: Connection<State>): Log {
    const known = this.#connectionLogs.get(connection);
    if (known !== undefined) return known;
    const log = this.#logs.plugin.log.child({ connection: connection.id });
    this.#connectionLogs.set(connection, log);
    return log;
  }

  /** Settles when the plugin is done, or has failed; never rejects. */
  async shutDown(deadlineMs: number): Promise<void> {
    try {
      await this.#timed('onShutdown', undefined, () => this.#hooks.onShutdown?.(deadlineMs));
    } catch (error) {
      this.#report('onShutdown', error);
    }
  }

  /** What is called alone is measured alone. */
  #timed<Result>(hook: Hook, connection: Connection<State> | undefined, call: () => Result): Result {
    const stage = this.#stopwatch.beginHook(this.#number, hook, connection);
    try {
      return call();
    } finally {
      this.#stopwatch.endHook(stage);
    }
  }

  #call(hook: SeldomHook, connection: Connection<State>, reason?: Error): Promise<void> | undefined {
    if (this.#hooks[hook] === undefined) return undefined;
    const stage = this.#stopwatch.beginHook(this.#number, hook, connection);
    try {
      return this.#settled(connection, hook, this.#hooks[hook](connection, reason));
    } catch (error) {
      return this.#failed(connection, hook, error);
    } finally {
      this.#stopwatch.endHook(stage);
    }
  }

  /** What a flood of peers can cause is told of each connection only to those who debug. */
  #tellFailed({ id, bytesDiscarded }: Connection<State>, reason: Error): void {
    const { connection } = this.#logs;
    if (reason instanceof EdgeloopError && ENDED_BY_US.has(reason.code)) {
      connection.note('info', reason.code, { event: 'connection.failed', connection: id, bytesDiscarded, err: reason }, 'connection failed');
    } else if (connection.log.isLevelEnabled('debug')) {
      connection.log.debug({ event: 'connection.failed', connection: id, bytesDiscarded, err: reason }, 'connection failed');
    }
  }

  #tellClosed({ id, bytesRead, bytesWritten, bytesDiscarded }: Connection<State>, reason: Error | undefined): void {
    const code = reason === undefined ? undefined : kindOf(reason);
    this.#logs.connection.log.debug({ event: 'connection.closed', connection: id, bytesRead, bytesWritten, bytesDiscarded, code }, 'connection closed');
  }

  /** A hook may return anything; only a promise keeps the connection waiting. */
  #settled(connection: Connection<State>, hook: keyof Hooks<State>, result: unknown): Promise<void> | undefined {
    if (!isThenable(result)) return undefined;
    const pending = Promise.resolve(result).then(
      () => {},
      (error: unknown) => {
        // It has waited for something that was called off with the connection.
        if (connection.phase === 'closed' && error === connection.signal.reason) return;
        this.#failed(connection, hook, error);
      },
    );
    return this.#witness === undefined ? pending : this.#witness.awaits({ plugin: this.plugin, hook, connection: connection.id }, pending);
  }

  #failed(connection: Connection<State>, hook: keyof Hooks<State> | 'state', cause: unknown): undefined {
    connection.destroy(this.#report(hook, cause, connection.id));
    return undefined;
  }

  #report(hook: string, cause: unknown, connection?: number): EdgeloopError {
    const kind = kindOf(cause);
    if (kind !== UNREADABLE && cause instanceof InvariantError) throw cause;
    this.#meters.counters.handlerFailures++;
    const message = `plugin "${this.plugin}": ${hook} failed`;
    const error = new EdgeloopError('EL_HANDLER_FAILED', message, { cause });
    this.#logs.plugin.note('error', `${hook} ${kind}`, { event: 'handler.failed', hook, connection, err: error }, message);
    return error;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The code of an error, or its name where it has none. Plain JavaScript may have made them anything, getters that throw too. */
function kindOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error;
    return String('code' in error ? error.code : error.name);
  } catch {
    return UNREADABLE;
  }
}
