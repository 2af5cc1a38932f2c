import { EdgeloopError } from './errors.js';
import type { LeftOpen } from './left-open.js';
import type { Timer } from './loop/timer.js';
import type { Ended, Loop } from './loop/loop.js';
import { SHUTDOWN_LINGER_MS, SHUTDOWN_SWEEP_MS } from './limits.js';
import type { Admission } from './net/admission.js';
import { DatagramSocket } from './net/datagram-socket.js';
import { Entrance } from './net/entrance.js';
import { openConnections } from './net/open-connections.js';
import type { SocketConnection } from './net/socket-connection.js';
import type { PluginHost } from './plugin/plugin-host.js';

/** How the connections ended whose end was told after a shutdown had begun. Each is counted once. */
export interface ShutdownReport {
  /** Had nothing to do, and sent nothing any more. */
  readonly idle: number;
  /** Had something under way, or came about later, and ended in order. */
  readonly finished: number;
  /** Had something under way and ended with an error of the network, of a handler or of a deadline of their own. */
  readonly failed: number;
  /** Were closed when the shutdown's deadline had come. */
  readonly forced: number;
  /** What was still open, or pending, at the end, so that the reactor had to end it. Empty if the program ends all that it begins. */
  readonly leftOpen: readonly LeftOpen[];
}

/** For who wants something of a reactor that has ended, or is about to. */
export function reactorClosed(): EdgeloopError {
  return new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor is closed; make another with createReactor');
}

/**
 * The orderly end of a reactor: listeners close → plugins are told → replies are finished, accepted connections
 * half-closed → dialled ones too, which may have served them → at the deadline it is over, whatever is left. `onDone` is
 * called once; what is left then, the reactor evicts.
 */
export class Shutdown {
  readonly #loop: Loop;
  /** Knows how many connections are left that were accepted. */
  readonly #admission: Admission;
  readonly #onDone: () => void;
  /** The connections that seemed to have nothing to do, with the bytes read from them until then. */
  readonly #idleSince = new Map<Ended, number>();
  #timers: Timer[] = [];
  #pluginsPending = 0;
  #done = false;
  #idle = 0;
  #finished = 0;
  #failed = 0;
  #forced = 0;

  constructor(loop: Loop, admission: Admission, onDone: () => void) {
    this.#loop = loop;
    this.#admission = admission;
    this.#onDone = onDone;
    loop.onEnded = (connection) => this.#count(connection as SocketConnection<unknown>);
  }

  get endings(): Omit<ShutdownReport, 'leftOpen'> {
    return { idle: this.#idle, finished: this.#finished, failed: this.#failed, forced: this.#forced };
  }

  /** The hooks that this calls may force the end already. */
  begin(plugins: readonly PluginHost<never, unknown>[], deadlineMs: number): void {
    const { clock, poller } = this.#loop;
    this.#timers = [clock.after(deadlineMs, () => this.force()), clock.every(SHUTDOWN_SWEEP_MS, () => this.#sweep())];
    for (const channel of poller.channels()) {
      if (channel instanceof Entrance) channel.acceptRest();
      if (channel instanceof DatagramSocket) channel.close();
    }
    for (const connection of openConnections(this.#loop.poller)) if (!connection.busy) this.#idleSince.set(connection, connection.bytesRead);
    for (const plugin of plugins) this.#drain(plugin, deadlineMs);
    this.#endDialled();
    this.#finishIfOver();
  }

  /** Waits no longer, or not at all if it has not begun. */
  force(): void {
    if (this.#done) return;
    this.#done = true;
    for (const timer of this.#timers) timer.cancel();
    this.#onDone();
  }

  /** A plugin's connections are left alone until it says that it is done. */
  #drain(plugin: PluginHost<never, unknown>, deadlineMs: number): void {
    this.#pluginsPending++;
    void plugin.shutDown(deadlineMs).then(() => {
      this.#pluginsPending--;
      this.#endDialled();
      this.#finishIfOver();
    });
  }

  #count(connection: SocketConnection<unknown>): void {
    const { reason, bytesRead } = connection;
    if (reason instanceof EdgeloopError && reason.code === 'EL_REACTOR_CLOSED') this.#forced++;
    else if (this.#idleSince.get(connection) === bytesRead) this.#idle++;
    else if (reason === undefined) this.#finished++;
    else this.#failed++;
    this.#idleSince.delete(connection);
    this.#finishIfOver();
  }

  /** What was dialled may serve what was accepted, and so ends after it. */
  #endDialled(): void {
    if (this.#pluginsPending > 0 || this.#admission.size > 0) return;
    for (const connection of openConnections(this.#loop.poller)) connection.endWhenIdle();
  }

  /** Closes where the peer has our FIN, sends nothing more and does not close: all that could be finished is finished. */
  #sweep(): void {
    const quietSinceMs = this.#loop.clock.nowMs - SHUTDOWN_LINGER_MS;
    for (const connection of openConnections(this.#loop.poller)) {
      if (connection.leaving) connection.endWhenIdle();
      else if (connection.lingering && connection.lastActiveMs <= quietSinceMs) connection.destroy();
    }
    this.#endDialled();
  }

  #finishIfOver(): void {
    const { accepted, connected, closed } = this.#loop.counters;
    if (this.#pluginsPending === 0 && accepted + connected === closed) this.force();
  }
}
