import { availableParallelism } from 'node:os';
import { EdgeloopError } from '../errors.js';
import type { CounterName } from '../loop/counters.js';
import type { Loop, Undertaking } from '../loop/loop.js';
import { type OffloadOptions, type ReactorOptions, offloadOptions } from '../options.js';
import { parseOptions, type OptionsInput } from '../options-check.js';
import { Answers } from './answers.js';
import { Job } from './job.js';
import { type Outcome, unpack } from './outcome.js';
import { makeRequest, nameOf } from './request.js';
import type { Task } from './task.js';
import type { OpenTaskPool, TaskPool } from './task-pool.js';
import { openThreadPool } from './thread-pool.js';

export type OffloadLimits = Pick<ReactorOptions, 'offloadThreads' | 'offloadQueue' | 'offloadIdleMs'>;

/** Of a reactor: work that would hold up its loop is run by threads, a bounded number of tasks waits for these, and the answers come back into the loop. */
export class Offload implements Undertaking {
  readonly #loop: Loop;
  readonly #openPool: OpenTaskPool;
  readonly #threads: number;
  readonly #queueTasks: number;
  readonly #idleMs: number;
  /** In the order of arrival; one may leave from the middle. */
  readonly #queued = new Set<Job>();
  readonly #running = new Set<Job>();
  /** Made at the first task. */
  #answers: Answers | undefined;
  #pool: Promise<TaskPool> | undefined;

  constructor(loop: Loop, { offloadThreads, offloadQueue, offloadIdleMs }: OffloadLimits, openPool: OpenTaskPool = openThreadPool) {
    this.#loop = loop;
    this.#openPool = openPool;
    this.#threads = offloadThreads > 0 ? offloadThreads : Math.max(1, availableParallelism() - 1);
    this.#queueTasks = offloadQueue;
    this.#idleMs = offloadIdleMs;
  }

  /** As `reactor.offload`. What is refused is refused before its input is copied. */
  async run<Input, Output>(task: Task<Input, Output>, input: Input, options: OptionsInput<typeof offloadOptions> = {}): Promise<Output> {
    const { signal, timeoutMs, transfer } = parseOptions(offloadOptions, options, 'offload');
    signal?.throwIfAborted();
    if (this.#running.size >= this.#threads && this.#queued.size >= this.#queueTasks) throw this.#refusal();
    const job = new Job(makeRequest(task, input, transfer));
    this.#open();
    this.#loop.counters.offloaded++;
    this.#queued.add(job);
    this.#watch(job, { signal, timeoutMs });
    this.#dispatch();
    // Node's own loop brings the answers, and tells of threads that have started or died: it is to be looked after meanwhile.
    return this.#loop.awaited(job.promise) as Promise<Output>;
  }

  /** The reactor closes: nobody is kept waiting. */
  destroy(reason: Error): void {
    this.#loop.undertakings.delete(this);
    for (const job of [...this.#queued, ...this.#running]) this.#giveUp(job, reason, 'offloadsCancelled');
  }

  /** Ends the threads, if there are any: resolves when all are gone. To be called once, when the channels have left. */
  async close(): Promise<void> {
    await this.#pool?.then((pool) => pool.close(), () => {});
    this.#answers?.release();
  }

  #open(): void {
    if (this.#pool !== undefined) return;
    this.#answers = new Answers(this.#loop);
    this.#loop.undertakings.add(this);
    this.#pool = this.#openPool({ threads: this.#threads, idleMs: this.#idleMs, eventfd: this.#answers.fd });
  }

  #watch(job: Job, { signal, timeoutMs }: Pick<OffloadOptions, 'signal' | 'timeoutMs'>): void {
    const timer = timeoutMs === 0 ? undefined : this.#loop.clock.after(timeoutMs, () => this.#giveUp(job, timedOut(job, timeoutMs), 'offloadsTimedOut'));
    job.watch(timer, signal, () => this.#giveUp(job, signal?.reason, 'offloadsCancelled'));
  }

  #dispatch(): void {
    for (const job of this.#queued) {
      if (this.#running.size >= this.#threads) break;
      this.#queued.delete(job);
      this.#running.add(job);
      void this.#start(job);
    }
    this.#publish();
  }

  async #start(job: Job): Promise<void> {
    try {
      const pool = await (this.#pool as Promise<TaskPool>);
      this.#leaveThread(job, await pool.run(job.request, job.stop.signal));
    } catch (error) {
      this.#leaveThread(job, error as Error);
    }
  }

  /** The thread is free for the next task, or gone, before the caller has its answer. */
  #leaveThread(job: Job, outcome: Outcome | Error): void {
    this.#running.delete(job);
    this.#dispatch();
    if (!job.over) this.#answers?.push(() => this.#deliver(job, outcome));
  }

  #deliver(job: Job, outcome: Outcome | Error): void {
    if (job.over) return;
    this.#loop.counters[outcome instanceof Error || 'thrown' in outcome ? 'offloadsFailed' : 'offloadsCompleted']++;
    job.end(() => {
      if (outcome instanceof Error) throw died(job, outcome);
      return unpack(outcome, nameOf(job.request));
    });
  }

  /** One that waits leaves the queue; of one that runs, the thread is ended. */
  #giveUp(job: Job, reason: unknown, counter: CounterName): void {
    if (job.over) return;
    this.#loop.counters[counter]++;
    job.end(() => {
      throw reason;
    });
    this.#queued.delete(job);
    job.stop.abort();
    this.#publish();
  }

  #publish(): void {
    this.#loop.gauges.offloadsRunning = this.#running.size;
    this.#loop.gauges.offloadsQueued = this.#queued.size;
  }

  #refusal(): EdgeloopError {
    this.#loop.counters.offloadsRefused++;
    const message = `${this.#running.size} offloaded tasks are running and ${this.#queued.size} wait, which are as many as may`;
    return new EdgeloopError('EL_QUEUE_FULL', `${message}; offload fewer, or give the reactor more offloadThreads, or a longer offloadQueue`);
  }
}

function timedOut({ request }: Job, timeoutMs: number): EdgeloopError {
  return new EdgeloopError('EL_OFFLOAD_TIMEOUT', `${nameOf(request)} had no answer after ${timeoutMs} ms, its time in the queue included; its thread was ended`);
}

function died({ request }: Job, cause: Error): EdgeloopError {
  return new EdgeloopError('EL_OFFLOAD_FAILED', `${nameOf(request)}: its thread is gone, or could not start: ${cause.message}`, { cause });
}
