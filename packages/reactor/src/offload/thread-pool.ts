import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { Outcome } from './outcome.js';
import type { TaskRequest } from './request.js';
import type { TaskPool, TaskPoolOptions } from './task-pool.js';

export type ThreadOptions = Pick<ConstructorParameters<typeof Piscina>[0] & object, 'execArgv' | 'env'>;

/**
 * piscina is loaded here, at the first task: who offloads nothing pays nothing. Unless `thread` says otherwise, the threads have the
 * options of the process, such as a loader of TypeScript, which tasks may need, too.
 */
export async function openThreadPool({ threads, idleMs, eventfd }: TaskPoolOptions, thread: ThreadOptions = {}): Promise<TaskPool> {
  const { Piscina } = await import('piscina');
  const piscina = new Piscina({
    filename: fileURLToPath(new URL('./pool-thread.js', import.meta.url)),
    workerData: { eventfd },
    ...thread,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    // A thread that waits for its next task goes on with its own loop. Otherwise it could not signal behind its answer.
    atomics: 'disabled',
    recordTiming: false,
  });
  return new ThreadPool(piscina);
}

/**
 * Threads by piscina, which starts them as they are needed, gives each a task at a time, and ends a thread whose task is aborted. The
 * queue is not piscina's: the bound of its own does not hold for tasks that can be aborted, and where a thread ends none is started for
 * tasks that wait. So it is never given more of them than it may have threads.
 */
class ThreadPool implements TaskPool {
  readonly #piscina: Piscina;
  /** Those that have not ended, of which piscina forgets some when it tells them to. */
  readonly #threads = new Set<Worker>();
  #running = 0;
  /** What a thread died of that had no task. */
  #cause: Error | undefined;

  constructor(piscina: Piscina) {
    this.#piscina = piscina;
    // Before it is given a task.
    piscina.on('workerCreate', () => this.#noteThreads());
    piscina.on('error', (error: Error) => this.#diedIdle(error));
  }

  async run(request: TaskRequest, signal: AbortSignal): Promise<Outcome> {
    if (this.#running++ === 0) this.#cause = undefined;
    try {
      return (await this.#piscina.run(request, { signal, transferList: [request.input.buffer, ...request.transfer] })) as Outcome;
    } catch (error) {
      throw this.#cause ?? error;
    } finally {
      this.#running--;
    }
  }

  async close(): Promise<void> {
    this.#noteThreads();
    const gone = Array.from(this.#threads, (thread) => new Promise((resolve) => thread.once('exit', resolve)));
    await this.#piscina.destroy();
    await Promise.all(gone);
  }

  /** If there are fewer threads than tasks now, it has died before it could take its task, which waits for nobody: all are told then. */
  #diedIdle(error: Error): void {
    if (this.#running <= this.#piscina.threads.length) return;
    this.#cause = error;
    void this.#piscina.destroy();
  }

  #noteThreads(): void {
    for (const thread of this.#piscina.threads) {
      if (this.#threads.has(thread)) continue;
      this.#threads.add(thread);
      thread.once('exit', () => this.#threads.delete(thread));
    }
  }
}
