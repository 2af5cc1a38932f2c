import { EdgeloopError } from '../errors.js';
import { reportedError } from './error-report.js';
import type { ErrorReport, Question } from './worker-data.js';
import type { WorkerSlot } from './worker-slot.js';

interface Open {
  readonly worker: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What workers were asked for and have not answered yet. */
export class Questions {
  readonly #open = new Map<number, Open>();
  #next = 0;

  /** Errors: what the worker has refused it for; EL_WORKER_FAILED if it ends without an answer, or is not there. */
  ask(slot: WorkerSlot, question: Question): Promise<unknown> {
    if (!slot.up && slot.phase !== 'draining') return Promise.reject(gone(slot.index));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { worker: slot.index, resolve, reject });
      slot.tell({ kind: 'ask', id, question });
    });
  }

  answered(id: number, value: unknown): void {
    this.#open.get(id)?.resolve(value);
    this.#open.delete(id);
  }

  refused(id: number, error: ErrorReport): void {
    this.#open.get(id)?.reject(reportedError(error));
    this.#open.delete(id);
  }

  /** The worker has ended. */
  abandon(worker: number): void {
    for (const [id, open] of this.#open) {
      if (open.worker !== worker) continue;
      this.#open.delete(id);
      open.reject(gone(worker));
    }
  }
}

function gone(worker: number): EdgeloopError {
  return new EdgeloopError('EL_WORKER_FAILED', `worker ${worker} is not there, or has ended before it answered; the log says why`);
}
