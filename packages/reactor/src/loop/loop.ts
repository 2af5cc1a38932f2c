import type { BufferPool } from '../structures/buffer-pool.js';
import type { Channel } from './channel.js';
import { Clock } from './clock.js';
import type { Counters } from './counters.js';
import type { Gauges } from './gauges.js';
import { KeepAlive } from './keep-alive.js';
import { invariant } from '../invariant.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Meters } from './meters.js';
import { Poller } from './poller.js';
import { countKinds } from './readiness.js';
import { ReadyQueue } from '../structures/ready-queue.js';
import { ReceiveBatch, type Receiver } from './receive-batch.js';
import { Delays } from './delays.js';
import { OutputHooks } from './output-hooks.js';
import { Signals } from './signals.js';
import { type Corked, SendBatch } from './send-batch.js';
import { DISPATCH, TASKS, TIMERS, WRITE } from './stage.js';
import { Stopwatch } from './stopwatch.js';
import { Witness } from './witness.js';
import { TaskQueue } from './task-queue.js';
import type { ReceiveArena } from '../structures/receive-arena.js';

/** A closed connection whose owner has not been told. */
export interface Ended {
  tellOwner(): void;
}

/** Something under way that may have no channel to hear of the end by. */
export interface Undertaking {
  destroy(reason: Error): void;
}

export interface LoopParts {
  readonly kernel: Kernel;
  readonly meters: Meters;
  readonly arena: ReceiveArena;
  readonly pool: BufferPool;
  /** Overwrite the receive buffer after each dispatch. */
  readonly debug: boolean;
  /** What all connections may have queued together. */
  readonly maxTotalQueuedBytes: number;
  readonly stopwatch: boolean;
  /** Who keeps the loop for longer in one go is told of. */
  readonly stallMs: number;
}

/**
 * One epoll set, one ready queue, and the order in which things happen. Runs on one thread and never blocks outside
 * `turn`. It knows channels, not what they are; who calls `turn`, and when, is the host's business.
 */
export class Loop {
  readonly kernel: Kernel;
  readonly meters: Meters;
  readonly counters: Counters;
  readonly gauges: Gauges;
  readonly stopwatch: Stopwatch;
  readonly arena: ReceiveArena;
  readonly pool: BufferPool;
  readonly debug: boolean;
  readonly witness: Witness | undefined; // In debug mode only.
  /** May change at any time. */
  maxTotalQueuedBytes: number;
  readonly poller: Poller;
  readonly clock: Clock;
  readonly delays: Delays;
  readonly signals: Signals;
  readonly outputHooks: OutputHooks;
  readonly keepAlive = new KeepAlive();
  /** The channels that have something to do, by slot. */
  readonly ready = new ReadyQueue();
  /** Ended before the channels are; each leaves by itself when it is done. */
  readonly undertakings = new Set<Undertaking>();
  /** Promises that the loop waits for: handlers' mostly. Only Node's own loop may bring what settles them. */
  pendingPromises = 0;
  /** Called when work appears outside a turn, so that the host makes one soon. */
  wakeHost: () => void = () => {};
  /** Called for each connection when its owner has been told. */
  onEnded: (connection: Ended) => void = () => {};
  readonly #receives: ReceiveBatch;
  readonly #sends: SendBatch;
  readonly #tasks: TaskQueue;
  #ended: Ended[] = [];
  #turning = false;

  constructor({ kernel, meters, arena, pool, debug, maxTotalQueuedBytes, stopwatch, stallMs }: LoopParts) {
    this.kernel = kernel;
    this.meters = meters;
    this.counters = meters.counters;
    this.gauges = meters.gauges;
    this.stopwatch = new Stopwatch(kernel, meters, { enabled: stopwatch, exact: debug, stallMs });
    this.outputHooks = new OutputHooks(this.stopwatch);
    this.#tasks = new TaskQueue(this.stopwatch);
    this.arena = arena;
    this.pool = pool;
    this.debug = debug;
    this.witness = debug ? new Witness() : undefined;
    this.maxTotalQueuedBytes = maxTotalQueuedBytes;
    this.#receives = new ReceiveBatch(kernel, arena, this.stopwatch);
    this.#sends = new SendBatch(kernel, pool);
    this.poller = new Poller(kernel, this.keepAlive);
    this.clock = this.#openClock();
    this.delays = new Delays(this.clock);
    this.signals = new Signals(this);
  }

  #openClock(): Clock {
    try {
      return new Clock(this);
    } catch (error) {
      this.poller.close();
      throw error;
    }
  }

  /** The epoll descriptor, for a host to wait for. */
  get descriptor(): number {
    return this.poller.descriptor;
  }

  /** True while a turn runs: output is gathered then, and sent before the turn ends. */
  get turning(): boolean {
    return this.#turning;
  }

  /** Whether the next turn must not wait. */
  get busy(): boolean {
    return this.ready.size > 0 || this.#sends.size > 0 || this.#ended.length > 0 || this.clock.behind || this.#tasks.size > 0;
  }

  /** One turn: wait, mark, serve, timers, tasks, uncork, tell. ARCHITECTURE.md draws it. */
  turn(timeoutMs: number): void {
    invariant(!this.#turning, 'a turn was started inside a turn');
    this.#turning = true;
    try {
      const events = this.poller.wait(this.busy ? 0 : timeoutMs);
      this.#beginTurn(events);
      this.#mark(events);
      this.#serveRound();
      this.#expireTimers();
      this.#runTasks();
      this.#send();
      this.#tellOwners();
      this.outputHooks.call();
    } finally {
      // Also after a throw: in a program that lives on, the timers go on.
      this.clock.endTurn();
      this.#publish();
      this.#turning = false;
    }
  }

  /** Counts a promise among those that the loop waits for, until it is settled. */
  awaited<T>(promise: Promise<T>): Promise<T> {
    this.pendingPromises++;
    return promise.finally(() => this.pendingPromises--);
  }

  /** Queues a channel that has something to do; if it is queued already it keeps its place. */
  makeReady(channel: Channel): void {
    this.ready.push(channel.slot);
    if (!this.#turning) this.wakeHost();
  }

  /** Has a task run in this turn or the next one. Error: EL_QUEUE_FULL. */
  post(task: () => void): void {
    this.#tasks.push(task);
    if (!this.#turning) this.wakeHost();
  }

  /** Takes a channel that is about to leave out of the queue. If it stood there, an event has come for it in vain. */
  forget(channel: Channel): void {
    if (!this.ready.has(channel.slot)) return;
    this.counters.staleEvents++;
    this.ready.remove(channel.slot);
  }

  /** Has a channel read before this round ends. Only to be called while it is served. */
  receiveSoon(channel: Receiver): void {
    this.#receives.add(channel);
  }

  /** Has a connection's output sent before this turn ends. */
  uncorkLater(connection: Corked): void {
    this.#sends.add(connection);
    if (!this.#turning) this.wakeHost();
  }

  /** Has the owner told after all I/O of this turn, so that no handler runs inside another. */
  tellLater(connection: Ended): void {
    this.#ended.push(connection);
    if (!this.#turning) this.wakeHost();
  }

  /** Posted tasks that wait. */
  get pendingTasks(): number {
    return this.#tasks.size;
  }

  /** Makes every channel but the clock leave, and ends all waiting and all timers; owners are told in the next turn. */
  evict(reason: Error): void {
    this.clock.silence();
    this.delays.close(reason);
    for (const undertaking of this.undertakings) undertaking.destroy(reason);
    for (const channel of this.poller.channels()) if (channel !== this.clock) channel.destroy(reason);
  }

  /** Gives the clock and the epoll set back to the kernel. All other channels must have left. */
  close(): void {
    this.clock.destroy();
    invariant(this.poller.size === 0, 'the loop is closed while a channel is registered');
    this.poller.close();
  }

  #beginTurn(events: number): void {
    const { meters, counters, clock } = this;
    const beforeMs = clock.turnMs;
    clock.beginTurn(events);
    this.stopwatch.beginTurn(clock.turnMs);
    counters.turns++;
    counters.events += events;
    if (events === 0) counters.emptyWaits++;
    meters.batchEvents.observe(events);
    if (this.ready.size > 0) meters.readyAgeSeconds.observe((clock.turnMs - beforeMs) / 1000);
  }

  /** Says how the loop stands. Other threads read it there, also when the next turn never ends. */
  #publish(): void {
    const { gauges } = this;
    gauges.channels = this.poller.size;
    gauges.readyQueue = this.ready.size;
    gauges.timersPending = this.clock.pending;
    gauges.tasksPending = this.#tasks.size;
    gauges.bytesQueued = this.pool.queuedBytes;
    this.stopwatch.endTurn();
  }

  /** Notes a batch of events. Nothing is served before all of them are noted. */
  #mark(count: number): void {
    for (let i = 0; i < count; i++) {
      const channel = this.poller.channelAt(i);
      if (channel === undefined) {
        this.counters.staleEvents++;
        continue;
      }
      const events = this.poller.eventsAt(i);
      countKinds(events, this.counters);
      channel.mark(events);
      this.ready.push(channel.slot);
    }
  }

  /** Serves each channel that is ready now once; what it leaves undone waits behind the others for the next turn. */
  #serveRound(): void {
    for (let left = this.ready.size; left > 0; left--) {
      const slot = this.ready.shift();
      if (slot < 0) break;
      this.stopwatch.enter(DISPATCH);
      const channel = this.poller.channelIn(slot);
      // It may have left and come back meanwhile, to another slot.
      if (channel.service()) this.ready.push(channel.slot);
      if (this.#receives.full) this.#transfer();
    }
    this.#transfer();
  }

  /** Receives, has handlers run, sends what they have written. What little follows is measured with the sends: one reading of the clock less. */
  #transfer(): void {
    this.#receives.receive();
    if (this.#sends.size === 0) this.stopwatch.enter(DISPATCH);
    this.#send();
  }

  #send(): void {
    if (this.#sends.size === 0) return;
    this.stopwatch.enter(WRITE);
    if (this.outputHooks.call()) this.#sends.send();
  }

  #expireTimers(): void {
    if (!this.clock.due) return;
    this.stopwatch.enter(TIMERS);
    this.clock.expire();
  }

  #runTasks(): void {
    if (this.#tasks.size === 0) return;
    this.stopwatch.enter(TASKS);
    this.counters.tasksRun += this.#tasks.run();
  }

  #tellOwners(): void {
    if (this.#ended.length === 0) return;
    this.stopwatch.enter(DISPATCH);
    for (const connection of this.#ended.splice(0)) {
      connection.tellOwner();
      this.onEnded(connection);
    }
  }
}
