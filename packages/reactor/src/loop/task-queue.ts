import { EdgeloopError } from '../errors.js';
import { MAX_POSTED_TASKS, TASK_BUDGET_CALLS } from '../limits.js';
import { rethrowLater } from './rethrow.js';
import { PROGRAM, type Stopwatch } from './stopwatch.js';

/** Work that was handed to the loop from its own thread: first in, first out, bounded, a budget of it in each turn. */
export class TaskQueue {
  /** Those before `#next` have run. */
  #tasks: (() => void)[] = [];
  #next = 0;
  readonly #stopwatch: Pick<Stopwatch, 'handling'>;

  constructor(stopwatch: Pick<Stopwatch, 'handling'>) {
    this.#stopwatch = stopwatch;
  }

  /** Tasks that wait. */
  get size(): number {
    return this.#tasks.length - this.#next;
  }

  /** Error: EL_QUEUE_FULL. */
  push(task: () => void): void {
    if (this.size >= MAX_POSTED_TASKS) {
      throw new EdgeloopError('EL_QUEUE_FULL', `${MAX_POSTED_TASKS} posted tasks are waiting already; post fewer, or wait for some to have run`);
    }
    this.#tasks.push(task);
  }

  /** Runs what waited at the begin of the call, as far as the budget goes, and returns how many. What a task posts comes with the next turn. */
  run(): number {
    const count = Math.min(this.size, TASK_BUDGET_CALLS);
    for (let left = count; left > 0; left--) {
      const task = this.#tasks[this.#next++] as () => void;
      this.#stopwatch.handling(PROGRAM, 'task', task);
      try {
        task();
      } catch (error) {
        rethrowLater(error);
      }
    }
    this.#forgetRun();
    return count;
  }

  /** Cuts off what has run once it is the larger part, so that each task is moved once at most. */
  #forgetRun(): void {
    if (this.#next * 2 < this.#tasks.length || this.#next === 0) return;
    this.#tasks = this.#tasks.slice(this.#next);
    this.#next = 0;
  }
}
