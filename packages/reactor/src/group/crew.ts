import { EdgeloopError, codeOf } from '../errors.js';
import { FORCED_WORKER_MS, MAX_NODE_TIMER_MS, WORKER_START_MS, WORKER_STOP_MS } from '../limits.js';
import type { Log } from '../log.js';
import type { InboxHandle } from '../loop/inbox.js';
import type { Reactor } from '../reactor.js';
import type { ShutdownReport } from '../shutdown.js';
import { reportedError } from './error-report.js';
import { Questions } from './questions.js';
import type { Letter, Question, Report, WorkerData } from './worker-data.js';
import { type ThreadEnd, type WorkerSeat, isPresent } from './worker-seat.js';

export interface CrewParts {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly seats: readonly WorkerSeat[];
  /** What a worker is started with, but for what is another for each thread. */
  readonly dataOf: (seat: WorkerSeat) => Omit<WorkerData, 'index' | 'life' | 'epoll' | 'reports'>;
  /** This worker is there, and may be told what it needs to know first. */
  readonly welcome: (seat: WorkerSeat) => void;
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
export class Crew {
  readonly #parts: CrewParts;
  readonly #letters: InboxHandle<Letter>;
  readonly #questions = new Questions();
  readonly #waiters = new Map<WorkerSeat, Waiter>();
  /** Why those that have just failed to start have failed. */
  readonly #failures = new Map<WorkerSeat, Error>();
  readonly #reports: ShutdownReport[] = [];
  #ending = false;
  #resolveEnded!: () => void;
  /** Resolves when no thread is left, and none will come. */
  readonly #ended = new Promise<void>((resolve) => (this.#resolveEnded = resolve));

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#letters = parts.reactor.openOwnInbox<Letter>((letter) => this.#read(letter));
    // The end of the process, by whatever, is the end of its threads.
    const deafen = () => parts.seats.forEach((seat) => seat.deafen());
    process.once('exit', deafen);
    void this.#ended.then(() => process.off('exit', deafen));
  }

  /** Whether all threads are to end, or have. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Resolves when all serve. Rejects with what the first has failed for; the others stay. */
  async start(): Promise<void> {
    await Promise.all(this.#parts.seats.map((seat) => this.#start(seat)));
  }

  /** Ends a worker in order, within `deadlineMs`, and puts another one in its place. Errors: EL_REACTOR_CLOSED, EL_WORKER_FAILED. */
  replace(seat: WorkerSeat, deadlineMs: number): Promise<void> {
    if (this.#ending) return Promise.reject(new EdgeloopError('EL_REACTOR_CLOSED', 'the group is closed; its workers end'));
    if (seat.phase !== 'serving') {
      return Promise.reject(new EdgeloopError('EL_WORKER_FAILED', `worker ${seat.index} is ${seat.phase}; only one that serves can be replaced`));
    }
    const served = this.#awaited(seat);
    this.#drain(seat, deadlineMs);
    return served;
  }

  ask(seat: WorkerSeat, question: Question): Promise<unknown> {
    return this.#questions.ask(seat, question);
  }

  /** Ends all in order, within `deadlineMs`. Resolves, when no thread is left, with what those report who were able to. */
  async end(deadlineMs: number): Promise<readonly ShutdownReport[]> {
    this.#ending = true;
    for (const seat of this.#parts.seats) if (seat.up) this.#drain(seat, deadlineMs);
    this.#finishIfOver();
    await this.#ended;
    this.#letters.close();
    return this.#reports;
  }

  /** Waits no longer: tells all to end at once, and ends the threads of those that do not. */
  force(): void {
    void this.end(0);
    for (const seat of this.#parts.seats) {
      seat.tell({ kind: 'drain', deadlineMs: 0 });
      this.#endWithin(seat, FORCED_WORKER_MS);
    }
  }

  /** Resolves when the new thread serves. */
  #start(seat: WorkerSeat): Promise<void> {
    const served = this.#awaited(seat);
    const address = this.#letters.address();
    seat.start({ ...this.#parts.dataOf(seat), reports: address }, (end) => this.#afterLetters(() => this.#settle(seat, end)));
    return served;
  }

  #awaited(seat: WorkerSeat): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.set(seat, { resolve, reject }));
  }

  #drain(seat: WorkerSeat, deadlineMs: number): void {
    seat.draining();
    seat.tell({ kind: 'drain', deadlineMs });
    this.#parts.changed();
    this.#endWithin(seat, deadlineMs + WORKER_STOP_MS);
  }

  /**
   * One that does not end in its time is stuck, in a handler that never returns most likely. One that is not even ready is waited for: while
   * it binds native functions its end would abort the process, and what it reads of its modules would stay open.
   */
  #endWithin(seat: WorkerSeat, ms: number, patienceMs = WORKER_START_MS): void {
    const { life } = seat;
    const timer = setTimeout(() => {
      if (!seat.alive || seat.life !== life) return;
      if (seat.ready || patienceMs <= 0) this.#kill(seat);
      else this.#endWithin(seat, FORCED_WORKER_MS, patienceMs - FORCED_WORKER_MS);
    }, Math.min(ms, MAX_NODE_TIMER_MS));
    timer.unref();
  }

  #kill(seat: WorkerSeat): void {
    this.#parts.log.error({ event: 'worker.stuck', worker: seat.index }, `worker ${seat.index} does not end; its thread is ended, with what it has under way`);
    void seat.kill();
  }

  #read({ worker, life, report }: Letter): void {
    const seat = this.#parts.seats[worker];
    if (seat !== undefined && isPresent(seat, life, report)) this.#heed(seat, report);
    else if (report.kind === 'started') report.inbox.port.close();
  }

  #heed(seat: WorkerSeat, report: Report): void {
    switch (report.kind) {
      case 'started':
        this.#welcome(seat, report);
        return;
      case 'failed':
        this.#failures.set(seat, reportedError(report.error));
        return;
      case 'answer':
        this.#questions.answered(report.id, report.value);
        return;
      case 'refusal':
        this.#questions.refused(report.id, report.error);
        return;
      case 'draining':
        seat.hasLeft();
        this.#parts.changed();
    }
  }

  #welcome(seat: WorkerSeat, report: Extract<Report, { kind: 'started' }>): void {
    seat.started(report);
    if (this.#ending) return this.#drain(seat, 0);
    this.#parts.welcome(seat);
    this.#parts.changed();
    // Answered behind all that it was told just now: then it serves.
    this.ask(seat, { about: 'readiness' }).then(() => this.#serves(seat), () => {});
  }

  #serves(seat: WorkerSeat): void {
    if (seat.phase !== 'starting') return;
    seat.serving();
    this.#parts.log.info({ event: 'worker.started', worker: seat.index, restarts: seat.life }, `worker ${seat.index} serves`);
    this.#waiters.get(seat)?.resolve();
    this.#waiters.delete(seat);
  }

  /** A thread's end may be known before its last letters are read; they are in the next turn, before what is posted. */
  #afterLetters(settle: () => void): void {
    try {
      this.#parts.reactor.post(settle);
    } catch (error) {
      if (codeOf(error) !== 'EL_REACTOR_CLOSED') throw error;
      settle();
    }
  }

  #settle(seat: WorkerSeat, { code, error, report }: ThreadEnd): void {
    if (report !== undefined) this.#reports.push(report);
    const told = seat.phase === 'draining' || this.#ending;
    const inOrder = told && (code === 0 || seat.phase === 'starting');
    const cause = error ?? this.#failures.get(seat);
    this.#failures.delete(seat);
    this.#questions.abandon(seat.index);
    const orphans = seat.reap(inOrder ? 'ended' : 'crashed');
    this.#tell(seat, inOrder, code, cause);
    this.#parts.changed();
    this.#parts.orphaned(orphans);
    if (this.#ending) this.#finishIfOver();
    else if (told) this.#startAgain(seat);
    else this.#rest(seat, code, cause);
  }

  #tell({ index }: WorkerSeat, inOrder: boolean, exitCode: number, err: Error | undefined): void {
    const { log } = this.#parts;
    if (inOrder) log.info({ event: 'worker.ended', worker: index }, `worker ${index} has ended`);
    else log.error({ event: 'worker.crashed', worker: index, exitCode, err }, `worker ${index} has crashed: ${err?.message ?? `its thread has ended with exit code ${exitCode}`}`);
  }

  /** Whoever waits for the start learns that it failed; it is tried again nevertheless, unless the group is ended for that. */
  #rest(seat: WorkerSeat, code: number, cause: Error | undefined): void {
    this.#waiters.get(seat)?.reject(cause ?? new EdgeloopError('EL_WORKER_FAILED', `worker ${seat.index} has ended with exit code ${code} before it served`));
    this.#waiters.delete(seat);
    // It does not hold up the end of the process: while the group is open, its inbox does.
    const timer = setTimeout(() => {
      if (!this.#ending) this.#startAgain(seat);
    }, seat.restMs);
    timer.unref();
  }

  /** What goes wrong is told when the thread has ended. */
  #startAgain(seat: WorkerSeat): void {
    const waiter = this.#waiters.get(seat);
    const started = this.#start(seat);
    if (waiter === undefined) started.catch(() => {});
    else started.then(() => waiter.resolve(), (error: Error) => waiter.reject(error));
  }

  #finishIfOver(): void {
    if (this.#parts.seats.some((seat) => seat.alive)) return;
    for (const waiter of this.#waiters.values()) waiter.reject(new EdgeloopError('EL_REACTOR_CLOSED', 'the group was closed before the worker served'));
    this.#waiters.clear();
    this.#resolveEnded();
  }
}
