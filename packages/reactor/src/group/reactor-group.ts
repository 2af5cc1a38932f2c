import type { Observed } from '../admin/observed.js';
import { EdgeloopError, codeOf } from '../errors.js';
import { WORKER_MARGIN_MS } from '../limits.js';
import type { LevelName, Log } from '../log.js';
import type { Meters } from '../loop/meters.js';
import type { SocketAddress } from '../net/address.js';
import { type ListenerChanges, type ReactorChanges, type ReactorOptions, closeOptions, reactorOptions } from '../options.js';
import { type OptionsInput, parseChanges, parseOptions } from '../options-check.js';
import type { TcpListen, UnixListen } from '../plugin/plugin-host.js';
import type { Reactor } from '../reactor.js';
import type { ShutdownReport } from '../shutdown.js';
import { workerName } from '../telemetry/group-metrics.js';
import type { AcceptStrategy } from './group-options.js';
import type { GroupSockets } from './group-sockets.js';
import type { HandoffAcceptor } from './handoff-acceptor.js';
import { listenPlan, takersOf } from './listen-plan.js';
import { LoadMonitor } from './load-monitor.js';
import { ObservedGroup, type ObservedGroupParts } from './observed-group.js';
import { withRateShare } from './rate-share.js';
import { ScatterGather } from './scatter-gather.js';
import type { Question } from './worker-data.js';
import type { WorkerSlot } from './worker-slot.js';
import { type WorkerStatus, statusOf } from './worker-status.js';
import { WorkerThreads, type WorkerThreadsParts } from './worker-threads.js';

export interface GroupParts extends Pick<ObservedGroupParts, 'levelSettings' | 'ownLevels'>, Pick<WorkerThreadsParts, 'dataOf'> {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly accept: AcceptStrategy;
  readonly sockets: GroupSockets;
  readonly slots: readonly WorkerSlot[];
  /** What the workers are started with; kept up to date. */
  readonly reactorOptions: ReactorOptions;
  readonly listen: TcpListen | UnixListen;
}

interface Changes {
  readonly reactor: ReactorChanges;
  readonly listener: ListenerChanges;
}

/**
 * Several loops that serve one address, each in a thread of its own; and the main thread's reactor, the coordinator, which sees to it that
 * for each connection somebody accepts. Owns the listening sockets and the threads.
 */
export class ReactorGroup {
  /** The main thread's reactor. Closing it closes the group. */
  readonly coordinator: Reactor;
  readonly accept: AcceptStrategy;
  readonly #parts: GroupParts;
  readonly #threads: WorkerThreads;
  readonly #monitor: LoadMonitor;
  readonly #closed: Promise<ShutdownReport>;
  #acceptor: HandoffAcceptor | undefined;
  /** All that was reconfigured: for a worker that was being started meanwhile. */
  #changes: Changes | undefined;
  #disposed: Promise<readonly ShutdownReport[]> | undefined;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    this.coordinator = parts.reactor;
    this.accept = parts.accept;
    this.#threads = new WorkerThreads({
      ...parts,
      welcome: (slot) => this.#welcome(slot),
      changed: () => this.#divide(),
      orphaned: (descriptors) => this.#acceptor?.offer(descriptors),
    });
    parts.sockets.onChange = () => this.#socketsChanged();
    this.#monitor = new LoadMonitor({ ...parts, changed: () => this.#divide() });
    this.#closed = parts.reactor.closed.then(async (own) => [own, ...(await this.dispose())].reduce(sumOf));
  }

  /** Resolves when no thread is left, and no descriptor, by whomever it was closed; as `close` does. */
  get closed(): Promise<ShutdownReport> {
    return this.#closed;
  }

  /** Where the group listens, with the port that the kernel chose if 0 was asked for. */
  get address(): SocketAddress {
    return this.#parts.sockets.first.address;
  }

  get workers(): readonly WorkerStatus[] {
    return this.#parts.slots.map(statusOf);
  }

  /** The numbers of each worker, and of those that had its place before it, by name; for `registerGroupMetrics`. They are read where they are counted. */
  get meters(): Readonly<Record<string, Meters>> {
    return Object.fromEntries(this.#parts.slots.map(({ index, meters }) => [workerName(index), meters]));
  }

  /** Connections of all workers. */
  get connectionCount(): number {
    return this.#parts.slots.reduce((sum, { load }) => sum + load, 0);
  }

  /**
   * Ends a worker in order, as `close` of a reactor does within its deadline, and starts another one in its place, while the others serve.
   * Resolves when that one serves. Errors: EL_WORKER_FAILED, EL_REACTOR_CLOSED, EL_OPTION_INVALID.
   */
  async replace(worker: number, options: OptionsInput<typeof closeOptions> = {}): Promise<void> {
    const { deadlineMs } = parseOptions(closeOptions, options, 'replace');
    await this.#threads.replace(this.#slotOf(worker), deadlineMs);
  }

  /** As `reconfigure` of a reactor and of a listener, for all workers, and those that will be started. Errors: theirs; then perhaps not all have changed. */
  async reconfigure(reactor: ReactorChanges, listener: ListenerChanges): Promise<void> {
    const changed = parseChanges('reactor', reactorOptions, this.#parts.reactorOptions, reactor);
    const asked = new Map(this.#serving().map((slot) => [slot, slot.life]));
    await this.#change([...asked.keys()], { reactor, listener });
    // Nobody has refused, so it holds for whoever is started from now on, or was with what held before.
    Object.assign(this.#parts.reactorOptions, changed);
    Object.assign(this.#parts.listen, listener);
    this.#changes = { reactor: { ...this.#changes?.reactor, ...reactor }, listener: { ...this.#changes?.listener, ...listener } };
    await this.#change(this.#serving().filter((slot) => asked.get(slot) !== slot.life), this.#changes);
  }

  /** As `reset` of a log's levels, for the logs of all workers, and of those that will be started. */
  setLevels(level: LevelName, levels: Readonly<Record<string, LevelName>>): void {
    const settings = Object.assign(this.#parts.levelSettings, { level, levels });
    for (const slot of this.#parts.slots) slot.setLevels(settings);
  }

  /** Asks a worker for something. Errors: what it refuses; EL_WORKER_FAILED if it ends before it has answered. @internal */
  ask(worker: number, question: Question): Promise<unknown> {
    return this.#threads.ask(this.#slotOf(worker), question);
  }

  /** What `openAdmin` looks into. */
  observe(): Observed {
    return new ObservedGroup({ ...this.#parts, group: this, scatterGather: new ScatterGather(this.#threads) });
  }

  /**
   * Closes all workers as `close` of a reactor does, and then the coordinator. The report adds up those of the workers that could give one.
   * Error: EL_OPTION_INVALID.
   */
  async close(options: OptionsInput<typeof closeOptions> = {}): Promise<ShutdownReport> {
    await this.coordinator.close(options);
    return this.#closed;
  }

  /** Whoever accepts for the workers comes up before them. @internal */
  async start(acceptor: HandoffAcceptor | undefined): Promise<void> {
    this.#acceptor = acceptor;
    await this.#threads.start();
  }

  /** The coordinator closes, within this time. @internal */
  async end(deadlineMs: number): Promise<void> {
    this.#acceptor?.close();
    // The workers' reports have a way to go.
    await this.#threads.end(Math.max(deadlineMs / 2, deadlineMs - WORKER_MARGIN_MS));
  }

  /** Those who are to get new connections. @internal */
  takers(): WorkerSlot[] {
    return takersOf(this.#standings()).map((index) => this.#slotOf(index));
  }

  /** Settles who accepts from which socket. Who is to begin is told before who is to leave, so that nobody waits in vain. */
  #divide(): void {
    if (this.#threads.ending) {
      if (this.#parts.slots.every(({ alive, left, phase }) => left || !alive || phase === 'starting')) this.#parts.sockets.close();
      return;
    }
    const { accept, sockets, slots } = this.#parts;
    const plan = listenPlan(accept, sockets.accepting ? sockets.all.length : 0, this.#standings());
    for (const slot of slots) if (slot.up) slot.serve(plan[slot.index] as ReadonlySet<number>, sockets.all, accept === 'exclusive');
    for (const slot of slots) if (slot.up) slot.leave(plan[slot.index] as ReadonlySet<number>, sockets.all);
    this.#acceptor?.offer();
  }

  /** While its thread started, settings may have been changed. */
  #welcome(slot: WorkerSlot): void {
    slot.setLevels(this.#parts.levelSettings);
    slot.takeIn(this.#parts.sockets.first);
    if (this.#changes !== undefined) void this.#change([slot], this.#changes);
  }

  /** One that ends before it has answered has a successor, which knows. */
  async #change(slots: readonly WorkerSlot[], { reactor, listener }: Changes): Promise<void> {
    const all = this.#parts.slots.length;
    const asked = slots.map((slot) => this.#threads.ask(slot, { about: 'reconfigure', reactor, listener: withRateShare(listener, slot.index, all) }));
    const refusals = (await Promise.allSettled(asked)).flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    const refusal = refusals.find((error) => codeOf(error) !== 'EL_WORKER_FAILED');
    if (refusal !== undefined) throw refusal;
  }

  #serving(): WorkerSlot[] {
    return this.#parts.slots.filter(({ up }) => up);
  }

  #standings() {
    return this.#parts.slots.map(({ index, up, watch }) => ({ index, up, lagging: watch.lagging }));
  }

  #slotOf(worker: number): WorkerSlot {
    const slot = this.#parts.slots[worker];
    if (slot !== undefined) return slot;
    throw new EdgeloopError('EL_OPTION_INVALID', `there is no worker ${worker}; they are numbered from 0 to ${this.#parts.slots.length - 1}`);
  }

  /** Another process may be about to take the sockets over. When it has, they are closed here as soon as all workers have let go of them. */
  #socketsChanged(): void {
    const { sockets } = this.#parts;
    this.#divide();
    if (!sockets.released) return;
    this.#acceptor?.close();
    void Promise.allSettled(this.#serving().map((slot) => this.#threads.ask(slot, { about: 'readiness' }))).then(() => sockets.close());
  }

  /** Ends who is still at work at once, and gives everything back. Resolves when no thread is left, with the reports of those that could give one. @internal */
  dispose(): Promise<readonly ShutdownReport[]> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<readonly ShutdownReport[]> {
    this.#monitor.stop();
    this.#acceptor?.close();
    this.#threads.force();
    const reports = await this.#threads.end(0);
    this.#acceptor?.discard();
    this.#parts.sockets.close();
    for (const slot of this.#parts.slots) slot.close();
    return reports;
  }
}

function sumOf(one: ShutdownReport, other: ShutdownReport): ShutdownReport {
  return {
    idle: one.idle + other.idle,
    finished: one.finished + other.finished,
    failed: one.failed + other.failed,
    forced: one.forced + other.forced,
    leftOpen: [...one.leftOpen, ...other.leftOpen],
  };
}
