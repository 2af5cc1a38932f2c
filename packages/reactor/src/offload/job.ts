import type { Timer } from '../loop/timer.js';
import type { TaskRequest } from './request.js';

/** One call of `offload`, from the queue to its end. It ends once; what comes later has come too late. */
export class Job {
  readonly promise: Promise<unknown>;
  readonly request: TaskRequest;
  /** Ends the thread that runs it. */
  readonly stop = new AbortController();
  /** Whether the caller has its answer. */
  over = false;
  #timer: Timer | undefined;
  #signal: AbortSignal | undefined;
  #resolve!: (result: unknown) => void;
  #reject!: (reason: unknown) => void;
  #onAbort = () => {};

  constructor(request: TaskRequest) {
    this.request = request;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What may end it early: a timer that runs, and a signal. */
  watch(timer: Timer | undefined, signal: AbortSignal | undefined, onAbort: () => void): void {
    this.#timer = timer;
    this.#signal = signal;
    this.#onAbort = onAbort;
    signal?.addEventListener('abort', onAbort);
  }

  /** The caller gets what `answer` returns or throws. */
  end(answer: () => unknown): void {
    this.over = true;
    this.#timer?.cancel();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    try {
      this.#resolve(answer());
    } catch (error) {
      this.#reject(error);
    }
  }
}
