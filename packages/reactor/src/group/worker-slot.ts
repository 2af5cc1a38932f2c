import { Worker } from 'node:worker_threads';
import { codeOf } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { InboxAddress } from '../loop/inbox.js';
import { GAUGES } from '../loop/gauges.js';
import type { Meters } from '../loop/meters.js';
import { Outbox } from '../loop/outbox.js';
import { MAX_RESTART_MS, RESTART_MS, WORKER_STABLE_MS } from '../limits.js';
import type { ListeningSocket } from '../net/listening-socket.js';
import type { ShutdownReport } from '../shutdown.js';
import type { DescriptorLedger } from '../structures/descriptor-ledger.js';
import type { DescriptorRing } from '../structures/descriptor-ring.js';
import type { SharedCount } from '../structures/shared-count.js';
import { discard } from './discard.js';
import type { LoadWatch } from './load-watch.js';
import type { Command, ExitReport, LevelSettings, Report, WorkerData } from './worker-data.js';
import { type WorkerPhase, transition } from './worker-phase.js';

/** In the place of a descriptor. */
const NONE = -1;

const MAIN = new URL('./worker-main.js', import.meta.url);

export interface SlotParts {
  readonly index: number;
  readonly kernel: Kernel;
  readonly meters: Meters;
  readonly ledger: DescriptorLedger;
  readonly watch: LoadWatch;
  /** Its contributions to what the workers count together. */
  readonly admitted: readonly SharedCount[];
  /** Connections that are handed over, and the eventfd that tells of them: they outlast the threads. Undefined if none are. */
  readonly handoff: { readonly ring: DescriptorRing; readonly doorbell: number } | undefined;
  /** An epoll set with nothing in it, for a thread that must end. Made in time: then there may be no descriptor left for one. */
  readonly deaf: number;
}

/** What the thread's end was like. */
export interface ThreadEnd {
  readonly code: number;
  /** What nobody has caught. */
  readonly error: Error | undefined;
  /** What it has told at its orderly end. */
  readonly report: ShutdownReport | undefined;
}

/**
 * The slot of a worker in its group, in which one thread follows another: what outlasts them, and the way to the present one.
 * Owns the thread, the doorbell, the deaf epoll set, and what a thread that has died has left open.
 */
export class WorkerSlot {
  readonly index: number;
  readonly meters: Meters;
  readonly watch: LoadWatch;
  readonly handoff: SlotParts['handoff'];
  readonly #kernel: Kernel;
  readonly #deaf: number;
  readonly #ledger: DescriptorLedger;
  readonly #admitted: readonly SharedCount[];
  #phase: WorkerPhase = 'ended';
  #thread: Worker | undefined;
  #outbox: Outbox<Command> | undefined;
  readonly #epoll = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)).fill(NONE);
  #lives = 0;
  #startedMs = 0;
  #failures = 0;
  #crashes = 0;
  #threadId = 0;
  #left = false;
  /** The sockets of the group that it was told to serve, by their numbers. */
  readonly #serves = new Set<number>();

  constructor({ index, kernel, meters, ledger, watch, admitted, handoff, deaf }: SlotParts) {
    this.index = index;
    this.meters = meters;
    this.watch = watch;
    this.handoff = handoff;
    this.#kernel = kernel;
    this.#deaf = deaf;
    this.#ledger = ledger;
    this.#admitted = admitted;
  }

  get phase(): WorkerPhase {
    return this.#phase;
  }

  /** How many threads there were before the present one. */
  get life(): number {
    return this.#lives - 1;
  }

  /** Whether it can be given work: as soon as it can be told so. */
  get up(): boolean {
    return this.#outbox !== undefined && (this.#phase === 'starting' || this.#phase === 'serving');
  }

  /** Whether there is a thread. */
  get alive(): boolean {
    return this.#thread !== undefined;
  }

  /** Whether the thread has got so far that it can be ended from outside: it has a loop, and has loaded all that it needs. */
  get ready(): boolean {
    return Atomics.load(this.#epoll, 0) !== NONE;
  }

  /** Whether it lets nobody in any more: its thread is in its orderly end. */
  get left(): boolean {
    return this.#left;
  }

  hasLeft(): void {
    this.#left = true;
  }

  /** Connections that it has, and those on their way to it. */
  get load(): number {
    const { accepted, connected, closed } = this.meters.counters;
    return accepted + connected - closed + this.waiting;
  }

  /** Connections on their way to it. */
  get waiting(): number {
    return this.handoff?.ring.size ?? 0;
  }

  /** How many of its threads have died. */
  get crashes(): number {
    return this.#crashes;
  }

  /** The kernel's number of the present thread; 0 until it has told. */
  get thread(): number {
    return this.#threadId;
  }

  /** Starts a thread; `onEnd` is called once, when it is gone and what it left is taken care of by `reap`. */
  start(data: Omit<WorkerData, 'index' | 'life' | 'epoll'>, onEnd: (end: ThreadEnd) => void): void {
    this.#phase = transition(this.#phase, 'starting');
    this.#startedMs = performance.now();
    let error: Error | undefined;
    let report: ShutdownReport | undefined;
    const worker = new Worker(MAIN, {
      workerData: { ...data, index: this.index, life: this.#lives++, epoll: this.#epoll },
      name: `${data.threadName}/${this.index}`,
      transferList: [data.reports.port],
    });
    worker.once('error', (thrown: unknown) => (error = thrown instanceof Error ? thrown : new Error(String(thrown))));
    worker.on('message', (told: Partial<ExitReport> | undefined) => (report = told?.exitReport ?? report));
    worker.once('exit', (code) => {
      this.#thread = undefined;
      onEnd({ code, error, report });
    });
    this.#thread = worker;
  }

  /** It has told where it can be told something. */
  started({ inbox, thread }: { inbox: InboxAddress; thread: number }): void {
    this.#outbox = new Outbox(this.#kernel, inbox);
    this.#threadId = thread;
  }

  /** It has done what it was told first. */
  serving(): void {
    this.#phase = transition(this.#phase, 'serving');
  }

  draining(): void {
    this.#phase = transition(this.#phase, 'draining');
  }

  /** Says something to the thread, if it can still hear. */
  tell(command: Command): void {
    try {
      if (this.#thread !== undefined) this.#outbox?.post(command);
    } catch (error) {
      // Its reactor is closed, and its thread about to end.
      if (codeOf(error) !== 'EL_INBOX_CLOSED') throw error;
    }
  }

  /** Has it accept from those of the group's sockets that it does not accept from yet. */
  serve(plan: ReadonlySet<number>, sockets: readonly ListeningSocket[], exclusive: boolean): void {
    for (const socket of plan) {
      if (this.#serves.has(socket)) continue;
      this.#serves.add(socket);
      this.tell({ kind: 'serve', fd: (sockets[socket] as ListeningSocket).fd, exclusive });
    }
  }

  /** Has it leave those that are not in the plan. */
  leave(plan: ReadonlySet<number>, sockets: readonly ListeningSocket[]): void {
    for (const socket of this.#serves) {
      if (plan.has(socket)) continue;
      this.#serves.delete(socket);
      this.tell({ kind: 'leave', fd: (sockets[socket] as ListeningSocket).fd });
    }
  }

  /** Has its log obey these levels. Those of a thread that is not there yet come with its start. */
  setLevels(settings: LevelSettings): void {
    this.tell({ kind: 'set-levels', settings });
  }

  /** Has it take in whom the main thread accepts at this socket. */
  takeIn({ fd }: ListeningSocket): void {
    if (this.handoff === undefined) return;
    const { ring, doorbell } = this.handoff;
    this.tell({ kind: 'take-in', fd, doorbell, ring: ring.memory, capacity: ring.capacity });
  }

  /** Rings if nobody has since the worker looked last. */
  hand(fd: number, nowMs: number): boolean {
    if (this.handoff === undefined || !this.handoff.ring.push(fd, nowMs)) return false;
    if (this.handoff.ring.raise()) this.#kernel.eventfdSignal(this.handoff.doorbell);
    return true;
  }

  /**
   * Takes its epoll set from a thread that is to end. libuv may look once more at what it watches while Node takes the thread down, and a watch
   * that is called then, when no JavaScript can be, aborts the process.
   */
  deafen(): void {
    // Taken, so that the thread does not close it meanwhile: the number would be somebody else's.
    const epoll = Atomics.exchange(this.#epoll, 0, NONE);
    if (epoll !== NONE) this.#kernel.replace(epoll, this.#deaf);
  }

  /** Ends a thread that does not end by itself. */
  async kill(): Promise<void> {
    this.deafen();
    await this.#thread?.terminate();
  }

  /**
   * The thread is gone: closes what it has left open.
   * Returns the descriptors that were on their way to it.
   */
  reap(to: 'ended' | 'crashed'): number[] {
    this.#phase = transition(this.#phase, to);
    if (performance.now() - this.#startedMs >= WORKER_STABLE_MS) this.#failures = 0;
    if (to === 'crashed') {
      this.#failures++;
      this.#crashes++;
    }
    this.#outbox?.close();
    this.#outbox = undefined;
    Atomics.store(this.#epoll, 0, NONE);
    this.#threadId = 0;
    this.#serves.clear();
    this.#left = false;
    const left = this.handoff?.ring.drain() ?? [];
    for (const fd of left) this.#ledger.forget(fd);
    for (const fd of this.#ledger.takeAll(this.index)) discard(this.#kernel, fd);
    for (const count of this.#admitted) count.clear();
    this.#balance();
    return left;
  }

  /** How long to rest before the next start. */
  get restMs(): number {
    return Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** (this.#failures - 1));
  }

  /** What the thread would have counted. */
  #balance(): void {
    const { counters, gauges } = this.meters;
    const lost = counters.accepted + counters.connected - counters.closed;
    counters.closed += lost;
    counters.orphaned += lost;
    for (const name of GAUGES) gauges[name] = 0;
  }

  /** Gives back what outlasts the threads. None is running. */
  close(): void {
    this.#kernel.close(this.#deaf);
    if (this.handoff !== undefined) this.#kernel.close(this.handoff.doorbell);
  }
}

/** A thread's last words may be read when it is gone already; what comes when its end has been settled is of no use, nor is a beginning behind the end. */
export function isPresent(slot: Pick<WorkerSlot, 'alive' | 'life' | 'phase'>, life: number, { kind }: Pick<Report, 'kind'>): boolean {
  if (slot.life !== life || slot.phase === 'ended' || slot.phase === 'crashed') return false;
  return kind !== 'started' || (slot.alive && slot.phase === 'starting');
}
