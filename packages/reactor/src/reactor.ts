import { Admission } from './net/admission.js';
import { BufferPool } from './structures/buffer-pool.js';
import type { Timer } from './loop/timer.js';
import type { Connection } from './net/connection.js';
import type { Counters } from './loop/counters.js';
import type { DatagramHandle, DatagramReceiver } from './net/datagram-socket.js';
import { EdgeloopError } from './errors.js';
import type { Host } from './host/host.js';
import { Inbox, type InboxHandle } from './loop/inbox.js';
import { leftOpen, tellLeftOpen } from './left-open.js';
import { Offload } from './offload/offload.js';
import type { Task } from './offload/task.js';
import { BATCH_CONNECTIONS, WRITE_BLOCK_BYTES, WRITE_SLAB_BLOCKS } from './limits.js';
import type { Log } from './log.js';
import { Entrance } from './net/entrance.js';
import { Loop } from './loop/loop.js';
import { Meters } from './loop/meters.js';
import { type ReactorChanges, type ReactorOptions, closeOptions, type datagramOptions, inboxOptions, type offloadOptions, reactorOptions } from './options.js';
import { type OptionsInput, type OptionsSchema, parseChanges, parseOptions } from './options-check.js';
import { type ContextParts, pluginContext } from './plugin/plugin-context.js';
import { type HostedBy, PluginHost, type TcpConnect, type UnixConnect } from './plugin/plugin-host.js';
import { openDatagram } from './plugin/open-datagram.js';
import { OwnedTimers, checkCallback, checkDelay } from './plugin/owned-timers.js';
import { type ClientHooks, type Plugin, checkHooks, checkParts } from './plugin/plugin.js';
import { ReactorLogs } from './plugin/reactor-logs.js';
import type { ReactorParts } from './reactor-parts.js';
import { ReceiveArena } from './structures/receive-arena.js';
import { openConnections } from './net/open-connections.js';
import { ReserveDescriptor } from './net/reserve.js';
import { LoopSockets } from './net/socket-set.js';
import { Shutdown, type ShutdownReport, reactorClosed } from './shutdown.js';
import { PROGRAM } from './loop/stopwatch.js';
import type { SignalListener, Subscription } from './loop/signals.js';

/**
 * A loop with its host and the plugins on it. Owns the epoll set, the clock and the reserve descriptor; `close` gives
 * back everything. A process may have several; each is used from the thread that made it.
 */
export class Reactor {
  /** What the reactor has done so far; read it at any time. */
  readonly counters: Readonly<Counters>;
  /** These numbers and all others that it keeps of itself, in memory that other threads may read. */
  readonly meters: Meters;
  /** Its listening sockets, as far as another process may go on with them. @internal */
  readonly sockets: LoopSockets;
  readonly #loop: Loop;
  readonly #host: Host;
  readonly #logs: ReactorLogs;
  readonly #reserve: ReserveDescriptor;
  readonly #admission: Admission;
  readonly #offload: Offload;
  #options: ReactorOptions;
  readonly #hosting: HostedBy & ContextParts;
  readonly #timers: OwnedTimers;
  readonly #plugins: PluginHost<never, unknown>[] = [];
  #shutdown: Shutdown | undefined;
  #evicted = false;
  readonly #closed: Promise<ShutdownReport>;
  #resolveClosed!: (report: ShutdownReport) => void;

  constructor({ kernel, host, log, slabBlocks = WRITE_SLAB_BLOCKS, meters = new Meters(), admitted, openTaskPool }: ReactorParts, options: ReactorOptions) {
    this.meters = meters;
    this.counters = meters.counters;
    this.#loop = new Loop({
      ...options,
      kernel,
      meters,
      arena: new ReceiveArena(options.readBufferBytes, BATCH_CONNECTIONS),
      pool: new BufferPool(WRITE_BLOCK_BYTES, slabBlocks),
    });
    this.#host = host;
    this.#logs = new ReactorLogs(log);
    this.#loop.stopwatch.onStall = (stall) => this.#logs.stalled(stall, this.#loop.witness);
    this.#reserve = new ReserveDescriptor(kernel);
    this.sockets = new LoopSockets(this.#loop, this.#reserve);
    this.#admission = new Admission({ ...options, maxAcceptsPerSecond: 0 }, kernel.now(), undefined, admitted);
    this.#offload = new Offload(this.#loop, options, openTaskPool);
    this.#options = options;
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#hosting = {
      loop: this.#loop,
      reserve: this.#reserve,
      sockets: this.sockets,
      logs: this.#logs,
      offload: this.#offload,
      admission: this.#admission,
      closed: this.#closed,
      assertOpen: () => this.#assertOpen(),
      assertRunning: () => this.#assertRunning(),
    };
    this.#timers = new OwnedTimers(this.#hosting, PROGRAM);
    this.#loop.wakeHost = () => host.wake();
    host.attach(this.#loop);
  }

  /** Resolves when the reactor is closed, by whomever, as `close` does. */
  get closed(): Promise<ShutdownReport> {
    return this.#closed;
  }

  /** Whether a shutdown has begun, and also when it is over. */
  get draining(): boolean {
    return this.#shutdown !== undefined;
  }

  /** Whether any listener is open. Listeners come early, so the first channels tell as a rule. */
  get listening(): boolean {
    for (const channel of this.#loop.poller.channels()) if (channel instanceof Entrance) return true;
    return false;
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    const { accepted, connected, closed } = this.counters;
    return accepted + connected - closed;
  }

  /** Where the reactor reports to, for what concerns all of it. */
  get log(): Log {
    return this.#logs.reactor.log;
  }

  /** Walks the open connections of all plugins. One that is opened or closed meanwhile may or may not be seen. */
  connections(): IterableIterator<Connection> {
    return openConnections(this.#loop.poller);
  }

  /**
   * Changes limits of the whole reactor, all of them or, if one is wrong, none; what is left out stays. They hold from now
   * on: connections above a lowered `maxConnections` stay, and so do the bytes that are queued. A listener has its own
   * `reconfigure`. Error: EL_OPTION_INVALID, naming each wrong option, and those that only a new reactor can have otherwise.
   */
  reconfigure(changes: ReactorChanges): void {
    this.#options = parseChanges('reactor', reactorOptions, this.#options, changes);
    this.#admission.reconfigure({ ...this.#options, maxAcceptsPerSecond: 0 }, this.#loop.clock.nowMs, []);
    this.#loop.maxTotalQueuedBytes = this.#options.maxTotalQueuedBytes;
    this.#loop.stopwatch.stallMs = this.#options.stallMs;
  }

  /** Puts a plugin to use. What it returns listens and dials for the plugin, and has its `api`. Errors: EL_OPTION_INVALID, naming the wrong option; EL_PLUGIN_INVALID; EL_REACTOR_CLOSED. */
  use<Schema extends OptionsSchema, State, Api>(
    plugin: Plugin<Schema, State, Api>,
    ...[options]: Record<string, never> extends OptionsInput<Schema> ? [options?: OptionsInput<Schema>] : [options: OptionsInput<Schema>]
  ): PluginHost<State, Api> {
    this.#assertOpen();
    const parsed = parseOptions(plugin.options, options ?? {}, `plugin "${plugin.name}"`);
    const parts = plugin.setup(pluginContext(plugin.name, parsed, this.#hosting));
    checkParts(plugin.name, parts);
    if (parts.beforeOutput !== undefined) this.#loop.outputHooks.add(this.meters.plugins.enlist(plugin.name), () => parts.beforeOutput?.());
    const makeState = plugin.state === undefined ? undefined : () => plugin.state?.(parsed) as State;
    const host = new PluginHost(plugin.name, makeState, parts, this.#hosting, plugin.connectionDefaults);
    this.#plugins.push(host as PluginHost<never, unknown>);
    return host;
  }

  /**
   * Dials a connection that belongs to no plugin, for a client with hooks of its own: as `connect` of a plugin in use, with
   * the same options and errors. At a shutdown it is half-closed as soon as it is idle.
   */
  connect(options: TcpConnect | UnixConnect, hooks: ClientHooks): Promise<Connection<undefined>> {
    checkHooks('connect', hooks);
    return new PluginHost<undefined>('connect', undefined, hooks, this.#hosting).connect(options);
  }

  /**
   * Binds a UDP socket; `receive` is called in the loop for each datagram. What it throws is reported as a failed handler,
   * and the socket goes on. Errors: EL_OPTION_INVALID, EL_ADDRESS_UNRESOLVED, and SystemErrors such as EADDRINUSE.
   */
  openDatagram(options: OptionsInput<typeof datagramOptions>, receive: DatagramReceiver): Promise<DatagramHandle> {
    return openDatagram(this.#hosting, options, receive);
  }

  /**
   * Calls `callback` once, in the loop, not before `delayMs` milliseconds have passed on the monotonic clock; the delay
   * is rounded up to the millisecond. What the callback throws reaches 'uncaughtException'. Error: EL_OPTION_INVALID.
   */
  setTimeout(callback: () => void, delayMs: number): Timer {
    return this.#timers.setTimeout(callback, delayMs);
  }

  /**
   * Calls `callback` every `periodMs` milliseconds, a whole number from 1 on. The calls keep their rhythm; those that a
   * busy loop, or a process that was stopped, has missed are left out, and not made up for. Error: EL_OPTION_INVALID.
   */
  setInterval(callback: () => void, periodMs: number): Timer {
    return this.#timers.setInterval(callback, periodMs);
  }

  /** setTimeout as a promise. Rejects with the signal's reason when that is aborted; with EL_REACTOR_CLOSED; EL_OPTION_INVALID. */
  async delay(delayMs: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.#assertRunning();
    return this.#loop.delays.wait(checkDelay('delay', delayMs), signal);
  }

  /**
   * Runs a task in the loop, after the I/O of this turn or the next one, in the order of posting. From the reactor's own
   * thread; for other threads there is `openInbox`. Errors: EL_QUEUE_FULL, EL_OPTION_INVALID.
   */
  post(task: () => void): void {
    this.#assertRunning();
    this.#loop.post(checkCallback('post', task));
  }

  /**
   * Has another thread run a task that `defineTask` names, on a copy of the input. Rejects with what it throws; the reason of an aborted `signal`;
   * EL_QUEUE_FULL, EL_OFFLOAD_TIMEOUT, EL_OFFLOAD_FAILED, EL_TASK_INVALID, EL_DATA_INVALID, EL_OPTION_INVALID, EL_REACTOR_CLOSED.
   */
  async offload<Input, Output>(task: Task<Input, Output>, input: Input, options: OptionsInput<typeof offloadOptions> = {}): Promise<Output> {
    this.#assertRunning();
    return this.#offload.run(task, input, options);
  }

  /**
   * Opens an inbox, in which other threads leave messages for this loop: `receive` is called with each, in the loop. Hand
   * `inbox.address()` to another thread, which posts through `openOutbox(address)`. Of one sender, the order is kept.
   */
  openInbox<T>(receive: (message: T) => void, options: OptionsInput<typeof inboxOptions> = {}): InboxHandle<T> {
    this.#assertOpen();
    const { capacity } = parseOptions(inboxOptions, options, 'openInbox');
    const inbox = new Inbox(this.#loop, checkCallback('openInbox', receive), capacity);
    this.#loop.witness?.opened(inbox);
    return inbox;
  }

  /** An inbox of edgeloop's own, which lasts as long as the reactor: a program that has left it open has forgotten nothing. @internal */
  openOwnInbox<T>(receive: (message: T) => void): InboxHandle<T> {
    this.#assertOpen();
    const { capacity } = parseOptions(inboxOptions, {}, 'openOwnInbox');
    return new Inbox(this.#loop, receive, capacity, 'edgeloop');
  }

  /**
   * Calls `listener` in the loop for each signal that comes, `'SIGTERM'` or a number. While anybody listens, the signal is
   * blocked in every thread of the process (signalfd(2)): it has no other effect, and `process.on` does not see it.
   * Errors: EL_SIGNAL_TAKEN if another reactor of the process listens; EL_OPTION_INVALID; a SystemError.
   */
  onSignal(signal: NodeJS.Signals | number, listener: SignalListener): Subscription {
    this.#assertOpen();
    return this.#loop.signals.on(signal, checkCallback('onSignal', listener));
  }

  /**
   * Closes the reactor. Without options at once: listeners, connections, everything. With a deadline in order: it accepts
   * no more, calls `onShutdown` of the plugins, lets replies under way finish, half-closes what is idle, and forces what is
   * left when `deadlineMs` have passed. What was dialled may serve what was accepted: it ends when that is gone. Timers,
   * inboxes and signals go on until then, and handlers may make timers and post tasks. Called again without a deadline, it
   * waits no longer.
   *
   * Resolves, with the same report for every call, when `onClose` has been called for every connection and all descriptors
   * are given back; nothing of the reactor keeps the process alive then. Throws EL_OPTION_INVALID.
   */
  close(options: OptionsInput<typeof closeOptions> = {}): Promise<ShutdownReport> {
    const { deadlineMs } = parseOptions(closeOptions, options, 'close');
    const begun = this.#shutdown !== undefined;
    if (!begun) this.log.info({ event: 'shutdown.begun', deadlineMs, connections: this.connectionCount }, 'the shutdown begins');
    this.#shutdown ??= new Shutdown(this.#loop, this.#admission, () => this.#evict());
    // Noted before it begins, for the hooks that it calls may close again.
    if (deadlineMs === 0) this.#shutdown.force();
    else if (!begun) this.#shutdown.begin(this.#plugins, deadlineMs);
    return this.#closed;
  }

  #evict(): void {
    this.#evicted = true;
    const left = leftOpen(this.#loop, this.#plugins);
    if (this.#loop.debug) tellLeftOpen(left, this.log);
    this.#host.detach();
    this.#loop.evict(new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor was closed'));
    const threadsGone = this.#offload.close();
    setImmediate(() => {
      this.#release();
      void threadsGone.then(() => this.#report({ ...(this.#shutdown as Shutdown).endings, leftOpen: left }));
    });
  }

  #report(report: ShutdownReport): void {
    this.#logs.flush();
    this.log.info({ event: 'shutdown.finished', ...report }, 'the shutdown is finished');
    this.#resolveClosed(report);
  }

  /** Runs between turns: the last ones tell the owners and run what was posted, then the descriptors go. */
  #release(): void {
    do this.#loop.turn(0);
    while (this.#loop.pendingTasks > 0);
    this.#reserve.close();
    this.#loop.close();
  }

  #assertOpen(): void {
    if (this.#shutdown !== undefined) throw reactorClosed();
  }

  /** What plugins need to finish what they have begun, dials, timers and tasks, goes on until the shutdown is over. */
  #assertRunning(): void {
    if (this.#evicted) throw reactorClosed();
  }
}
