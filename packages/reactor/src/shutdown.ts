import type { Timer } from './loop/clock.js';
import type { Ended, Loop } from './loop/loop.js';
import { SHUTDOWN_LINGER_MS, SHUTDOWN_SWEEP_MS } from './limits.js';
import { DatagramSocket } from './net/datagram-socket.js';
import { Listener } from './net/listener.js';
import { SocketConnection } from './net/socket-connection.js';
import type { PluginHost } from './plugin/plugin-host.js';

/** How the connections ended that were there when a shutdown began, or came about during it. Each is counted once. */
export interface ShutdownReport {
  /** Had nothing to do, and were half-closed at once. */
  readonly idle: number;
  /** Had something under way, which was finished. */
  readonly finished: number;
  /** Were closed in the middle, at the deadline. */
  readonly forced: number;
}

/**
 * The orderly end of a reactor: listeners close → plugins are told → replies are finished, connections half-closed →
 * at the deadline it is over, whatever is left. `onDone` is called once; what is left then, the reactor evicts.
 */
export class Shutdown {
  readonly #loop: Loop;
  readonly #onDone: () => void;
  /** The connections that seemed to have nothing to do, with the bytes read from them until then. */
  readonly #idleSince = new Map<Ended, number>();
  readonly #beganMs: number;
  #timers: Timer[] = [];
  #pluginsPending = 0;
  #done = false;
  #idle = 0;
  #finished = 0;
  #forced = 0;

  constructor(loop: Loop, onDone: () => void) {
    this.#loop = loop;
    this.#onDone = onDone;
    this.#beganMs = loop.clock.nowMs;
  }

  get report(): ShutdownReport {
    return { idle: this.#idle, finished: this.#finished, forced: this.#forced };
  }

  begin(plugins: readonly PluginHost<never>[], deadlineMs: number): void {
    const { clock, poller } = this.#loop;
    for (const channel of poller.channels()) {
      if (channel instanceof Listener) channel.acceptRest();
      if (channel instanceof DatagramSocket) channel.close();
    }
    for (const connection of this.#connections()) if (!connection.busy) this.#idleSince.set(connection, connection.bytesRead);
    this.#loop.onEnded = (connection) => this.#count(connection as SocketConnection<unknown>);
    this.#timers = [clock.after(deadlineMs, () => this.force()), clock.every(SHUTDOWN_SWEEP_MS, () => this.#sweep())];
    for (const plugin of plugins) this.#drain(plugin);
    for (const connection of this.#connections()) if (!plugins.some((plugin) => plugin.owns(connection))) connection.endWhenIdle();
    this.#finishIfOver();
  }

  /** Waits no longer. */
  force(): void {
    if (this.#done) return;
    this.#done = true;
    for (const timer of this.#timers) timer.cancel();
    this.#onDone();
  }

  *#connections(): IterableIterator<SocketConnection<unknown>> {
    for (const channel of this.#loop.poller.channels()) if (channel instanceof SocketConnection) yield channel;
  }

  /** A plugin's connections are left alone until it says that it is done. */
  #drain(plugin: PluginHost<never>): void {
    this.#pluginsPending++;
    void plugin.shutDown().then(() => {
      this.#pluginsPending--;
      this.#finishIfOver();
    });
  }

  #count(connection: SocketConnection<unknown>): void {
    if (this.#done) this.#forced++;
    else if (this.#idleSince.get(connection) === connection.bytesRead) this.#idle++;
    else this.#finished++;
    this.#idleSince.delete(connection);
    this.#finishIfOver();
  }

  /** A peer that has our FIN, sends nothing more and does not close: all that could be finished is finished. */
  #sweep(): void {
    const quietSinceMs = this.#loop.clock.nowMs - SHUTDOWN_LINGER_MS;
    for (const connection of this.#connections()) {
      const { phase, busy, lastActiveMs } = connection;
      if (phase === 'closing' && !busy && Math.max(lastActiveMs, this.#beganMs) <= quietSinceMs) connection.destroy();
    }
  }

  #finishIfOver(): void {
    const { accepted, connected, closed } = this.#loop.counters;
    if (this.#pluginsPending === 0 && accepted + connected === closed) this.force();
  }
}
