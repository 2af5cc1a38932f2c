import { type TaskRequest, loadTask, runRequest } from '../offload/request.js';
import type { Outcome } from '../offload/outcome.js';
import type { TaskPool } from '../offload/task-pool.js';

/**
 * In a simulation there is one thread, and so offloaded tasks run in it, between the turns. That one is called off changes only what its
 * caller gets. A real thread would also write to a simulated descriptor, whose number is some real one's.
 */
export class InlinePool implements TaskPool {
  readonly #loading = new Set<Promise<unknown>>();

  run(request: TaskRequest, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      void runRequest(request, this.#load).then(resolve);
    });
  }

  async close(): Promise<void> {
    // What runs cannot be ended, and has no thread.
  }

  /** Resolves when all modules are there that tasks wait for. It takes Node's own loop, but no time of the simulation. */
  async loaded(): Promise<void> {
    await Promise.allSettled(this.#loading);
  }

  readonly #load = (module: string, name: string) => {
    const loading = loadTask(module, name).finally(() => this.#loading.delete(loading));
    this.#loading.add(loading);
    return loading;
  };
}
