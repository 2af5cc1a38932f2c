import { BufferPool } from './structures/buffer-pool.js';
import type { Connection } from './net/connection.js';
import { Counters } from './loop/counters.js';
import { EdgeloopError } from './errors.js';
import type { Host } from './host/host.js';
import type { Kernel } from './kernel/kernel.js';
import { BATCH_CONNECTIONS, WRITE_BLOCK_BYTES, WRITE_SLAB_BLOCKS } from './limits.js';
import type { Log } from './log.js';
import { Loop } from './loop/loop.js';
import { type OptionsInput, type OptionsSchema, type ReactorOptions, parseOptions } from './options.js';
import { PluginHost } from './plugin/plugin-host.js';
import { type Plugin, checkHooks } from './plugin/plugin.js';
import { ReceiveArena } from './structures/receive-arena.js';
import { ReserveDescriptor } from './net/reserve.js';
import { SocketConnection } from './net/socket-connection.js';

export interface ReactorParts {
  readonly kernel: Kernel;
  readonly host: Host;
  readonly log: Log;
}

/**
 * A loop with its host and the plugins on it. Owns the epoll set, the clock and the reserve descriptor; `close` gives
 * back everything. A process may have several; each is used from the thread that made it.
 */
export class Reactor {
  /** What the reactor has done so far; read it at any time. */
  readonly counters: Readonly<Counters>;
  readonly #loop: Loop;
  readonly #host: Host;
  readonly #log: Log;
  readonly #reserve: ReserveDescriptor;
  #closing: Promise<void> | undefined;

  constructor({ kernel, host, log }: ReactorParts, options: ReactorOptions) {
    const counters = new Counters();
    this.counters = counters;
    this.#loop = new Loop({
      kernel,
      counters,
      arena: new ReceiveArena(options.readBufferBytes, BATCH_CONNECTIONS),
      pool: new BufferPool(WRITE_BLOCK_BYTES, WRITE_SLAB_BLOCKS),
      debug: options.debug,
    });
    this.#host = host;
    this.#log = log;
    this.#reserve = new ReserveDescriptor(kernel);
    this.#loop.wakeHost = () => host.wake();
    host.attach(this.#loop);
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    const { accepted, connected, closed } = this.counters;
    return accepted + connected - closed;
  }

  /** Walks the open connections of all plugins. One that is opened or closed meanwhile may or may not be seen. */
  *connections(): IterableIterator<Connection> {
    for (const channel of this.#loop.poller.channels()) {
      if (channel instanceof SocketConnection) yield channel;
    }
  }

  /** Puts a plugin to use. Errors: EL_OPTION_INVALID, naming the wrong option; EL_PLUGIN_INVALID; EL_REACTOR_CLOSED. */
  use<Schema extends OptionsSchema, State>(
    plugin: Plugin<Schema, State>,
    ...[options]: Record<string, never> extends OptionsInput<Schema> ? [options?: OptionsInput<Schema>] : [options: OptionsInput<Schema>]
  ): PluginHost<State> {
    this.#assertOpen();
    const parsed = parseOptions(plugin.options, options ?? {}, `plugin "${plugin.name}"`);
    const hooks = plugin.setup({ options: parsed, log: this.#log });
    checkHooks(plugin.name, hooks);
    return new PluginHost(plugin.name, () => plugin.state?.(parsed) as State, hooks, {
      loop: this.#loop,
      reserve: this.#reserve,
      log: this.#log,
      assertOpen: () => this.#assertOpen(),
    });
  }

  /**
   * Closes listeners and connections at once, and then the reactor itself. Resolves when `onClose` has been called for
   * every connection and all descriptors are given back; nothing of the reactor keeps the process alive then.
   */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#host.detach();
      this.#loop.evict(new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor was closed'));
      setImmediate(() => resolve(this.#release()));
    });
    return this.#closing;
  }

  /** Runs between turns: the last one tells the owners, then the descriptors go. */
  #release(): void {
    this.#loop.turn(0);
    this.#reserve.close();
    this.#loop.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) {
      throw new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor is closed; make another with createReactor');
    }
  }
}
