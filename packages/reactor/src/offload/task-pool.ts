import type { Outcome } from './outcome.js';
import type { TaskRequest } from './request.js';

/** Where tasks are run. */
export interface TaskPool {
  /** Resolves with what has become of the task. Rejects if its thread is gone, be it that `signal` was aborted: a task that runs is ended by that. */
  run(request: TaskRequest, signal: AbortSignal): Promise<Outcome>;
  /** Ends everything. Resolves when no thread is left that could write to the eventfd. */
  close(): Promise<void>;
}

export interface TaskPoolOptions {
  /** No more tasks than this are run at a time. */
  readonly threads: number;
  /** A thread without a task for so long ends. */
  readonly idleMs: number;
  /** Is to be signalled when an answer has been posted. */
  readonly eventfd: number;
}

export type OpenTaskPool = (options: TaskPoolOptions) => Promise<TaskPool>;
