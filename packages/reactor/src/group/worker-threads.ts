import { EdgeloopError, codeOf } from '../errors.js';
import { FORCED_WORKER_MS, MAX_NODE_TIMER_MS, WORKER_START_MS, WORKER_STOP_MS } from '../limits.js';
import type { Log } from '../log.js';
import type { InboxHandle } from '../loop/inbox.js';
import type { Reactor } from '../reactor.js';
import type { ShutdownReport } from '../shutdown.js';
import { reportedError } from './error-report.js';
import { Questions } from './questions.js';
import type { Question, Report, WorkerData, WorkerMessage } from './worker-data.js';
import { type ThreadEnd, type WorkerSlot, isPresent } from './worker-slot.js';

export interface WorkerThreadsParts {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly slots: readonly WorkerSlot[];
  /** What a worker is started with, but for what is another for each thread. */
  readonly dataOf: (slot: WorkerSlot) => Omit<WorkerData, 'index' | 'life' | 'epoll' | 'reports'>;
  /** This worker is there, and may be told what it needs to know first. */
  readonly welcome: (slot: WorkerSlot) => void;
  /** Somebody has come or gone, or will come no more: who accepts must be settled anew. */
  readonly changed: () => void;
  /** These connections were on their way to who is gone. */
  readonly orphaned: (descriptors: readonly number[]) => void;
}

/** Who waits for the outcome of a start. */
interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/** The threads of a group: starts them, hears them, starts those again that crash, and ends them all. */
export class WorkerThreads {
  readonly #parts: WorkerThreadsParts;
  readonly #inbox: InboxHandle<WorkerMessage>;
  readonly #questions = new Questions();
  readonly #waiters = new Map<WorkerSlot, Waiter>();
  /** Why those that have just failed to start have failed. */
  readonly #failures = new Map<WorkerSlot, Error>();
  readonly #reports: ShutdownReport[] = [];
  #ending = false;
  #resolveEnded!: () => void;
  /** Resolves when no thread is left, and none will come. */
  readonly #ended = new Promise<void>((resolve) => (this.#resolveEnded = resolve));

  constructor(parts: WorkerThreadsParts) {
    this.#parts = parts;
    this.#inbox = parts.reactor.openOwnInbox<WorkerMessage>((message) => this.#read(message));
    // The end of the process, by whatever, is the end of its threads.
    const deafen = () => parts.slots.forEach((slot) => slot.deafen());
    process.once('exit', deafen);
    void this.#ended.then(() => process.off('exit', deafen));
  }

  /** Whether all threads are to end, or have. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Resolves when all serve. Rejects with what the first has failed for; the others stay. */
  async start(): Promise<void> {
    await Promise.all(this.#parts.slots.map((slot) => this.#start(slot)));
  }

  /** Ends a worker in order, within `deadlineMs`, and puts another one in its place. Errors: EL_REACTOR_CLOSED, EL_WORKER_FAILED. */
  replace(slot: WorkerSlot, deadlineMs: number): Promise<void> {
    if (this.#ending) return Promise.reject(new EdgeloopError('EL_REACTOR_CLOSED', 'the group is closed; its workers end'));
    if (slot.phase !== 'serving') {
      return Promise.reject(new EdgeloopError('EL_WORKER_FAILED', `worker ${slot.index} is ${slot.phase}; only one that serves can be replaced`));
    }
    const served = this.#awaited(slot);
    this.#drain(slot, deadlineMs);
    return served;
  }

  ask(slot: WorkerSlot, question: Question): Promise<unknown> {
    return this.#questions.ask(slot, question);
  }

  /** Ends all in order, within `deadlineMs`. Resolves, when no thread is left, with what those report who were able to. */
  async end(deadlineMs: number): Promise<readonly ShutdownReport[]> {
    this.#ending = true;
    for (const slot of this.#parts.slots) if (slot.up) this.#drain(slot, deadlineMs);
    this.#finishIfOver();
    await this.#ended;
    this.#inbox.close();
    return this.#reports;
  }

  /** Waits no longer: tells all to end at once, and ends the threads of those that do not. */
  force(): void {
    void this.end(0);
    for (const slot of this.#parts.slots) {
      slot.tell({ kind: 'drain', deadlineMs: 0 });
      this.#endWithin(slot, FORCED_WORKER_MS);
    }
  }

  /** Resolves when the new thread serves. */
  #start(slot: WorkerSlot): Promise<void> {
    const served = this.#awaited(slot);
    const address = this.#inbox.address();
    slot.start({ ...this.#parts.dataOf(slot), reports: address }, (end) => this.#afterMessages(() => this.#settle(slot, end)));
    return served;
  }

  #awaited(slot: WorkerSlot): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.set(slot, { resolve, reject }));
  }

  #drain(slot: WorkerSlot, deadlineMs: number): void {
    slot.draining();
    slot.tell({ kind: 'drain', deadlineMs });
    this.#parts.changed();
    this.#endWithin(slot, deadlineMs + WORKER_STOP_MS);
  }

  /**
   * One that does not end in its time is stuck, in a handler that never returns most likely. One that is not even ready is waited for: while
   * it binds native functions its end would abort the process, and what it reads of its modules would stay open.
   */
  #endWithin(slot: WorkerSlot, ms: number, patienceMs = WORKER_START_MS): void {
    const { life } = slot;
    const timer = setTimeout(() => {
      if (!slot.alive || slot.life !== life) return;
      if (slot.ready || patienceMs <= 0) this.#kill(slot);
      else this.#endWithin(slot, FORCED_WORKER_MS, patienceMs - FORCED_WORKER_MS);
    }, Math.min(ms, MAX_NODE_TIMER_MS));
    timer.unref();
  }

  #kill(slot: WorkerSlot): void {
    this.#parts.log.error({ event: 'worker.stuck', worker: slot.index }, `worker ${slot.index} does not end; its thread is ended, with what it has under way`);
    void slot.kill();
  }

  #read({ worker, life, report }: WorkerMessage): void {
    const slot = this.#parts.slots[worker];
    if (slot !== undefined && isPresent(slot, life, report)) this.#heed(slot, report);
    else if (report.kind === 'started') report.inbox.port.close();
  }

  #heed(slot: WorkerSlot, report: Report): void {
    switch (report.kind) {
      case 'started':
        this.#welcome(slot, report);
        return;
      case 'failed':
        this.#failures.set(slot, reportedError(report.error));
        return;
      case 'answer':
        this.#questions.answered(report.id, report.value);
        return;
      case 'refusal':
        this.#questions.refused(report.id, report.error);
        return;
      case 'draining':
        slot.hasLeft();
        this.#parts.changed();
    }
  }

  #welcome(slot: WorkerSlot, report: Extract<Report, { kind: 'started' }>): void {
    slot.started(report);
    if (this.#ending) return this.#drain(slot, 0);
    this.#parts.welcome(slot);
    this.#parts.changed();
    // Answered behind all that it was told just now: then it serves.
    this.ask(slot, { about: 'readiness' }).then(() => this.#serves(slot), () => {});
  }

  #serves(slot: WorkerSlot): void {
    if (slot.phase !== 'starting') return;
    slot.serving();
    this.#parts.log.info({ event: 'worker.started', worker: slot.index, restarts: slot.life }, `worker ${slot.index} serves`);
    this.#waiters.get(slot)?.resolve();
    this.#waiters.delete(slot);
  }

  /** A thread's end may be known before its last messages are read; they are in the next turn, before what is posted. */
  #afterMessages(settle: () => void): void {
    try {
      this.#parts.reactor.post(settle);
    } catch (error) {
      if (codeOf(error) !== 'EL_REACTOR_CLOSED') throw error;
      settle();
    }
  }

  #settle(slot: WorkerSlot, { code, error, report }: ThreadEnd): void {
    if (report !== undefined) this.#reports.push(report);
    const told = slot.phase === 'draining' || this.#ending;
    const inOrder = told && (code === 0 || slot.phase === 'starting');
    const cause = error ?? this.#failures.get(slot);
    this.#failures.delete(slot);
    this.#questions.abandon(slot.index);
    const orphans = slot.reap(inOrder ? 'ended' : 'crashed');
    this.#tell(slot, inOrder, code, cause);
    this.#parts.changed();
    this.#parts.orphaned(orphans);
    if (this.#ending) this.#finishIfOver();
    else if (told) this.#startAgain(slot);
    else this.#rest(slot, code, cause);
  }

  #tell({ index }: WorkerSlot, inOrder: boolean, exitCode: number, err: Error | undefined): void {
    const { log } = this.#parts;
    if (inOrder) log.info({ event: 'worker.ended', worker: index }, `worker ${index} has ended`);
    else log.error({ event: 'worker.crashed', worker: index, exitCode, err }, `worker ${index} has crashed: ${err?.message ?? `its thread has ended with exit code ${exitCode}`}`);
  }

  /** Whoever waits for the start learns that it failed; it is tried again nevertheless, unless the group is ended for that. */
  #rest(slot: WorkerSlot, code: number, cause: Error | undefined): void {
    this.#waiters.get(slot)?.reject(cause ?? new EdgeloopError('EL_WORKER_FAILED', `worker ${slot.index} has ended with exit code ${code} before it served`));
    this.#waiters.delete(slot);
    // It does not hold up the end of the process: while the group is open, its inbox does.
    const timer = setTimeout(() => {
      if (!this.#ending) this.#startAgain(slot);
    }, slot.restMs);
    timer.unref();
  }

  /** What goes wrong is told when the thread has ended. */
  #startAgain(slot: WorkerSlot): void {
    const waiter = this.#waiters.get(slot);
    const started = this.#start(slot);
    if (waiter === undefined) started.catch(() => {});
    else started.then(() => waiter.resolve(), (error: Error) => waiter.reject(error));
  }

  #finishIfOver(): void {
    if (this.#parts.slots.some((slot) => slot.alive)) return;
    for (const waiter of this.#waiters.values()) waiter.reject(new EdgeloopError('EL_REACTOR_CLOSED', 'the group was closed before the worker served'));
    this.#waiters.clear();
    this.#resolveEnded();
  }
}
