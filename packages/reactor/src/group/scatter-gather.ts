import { codeOf } from '../errors.js';
import { WORKER_ANSWER_MS } from '../limits.js';
import type { Question } from './worker-data.js';
import type { WorkerSlot } from './worker-slot.js';
import type { WorkerThreads } from './worker-threads.js';

/** What one worker has answered. */
export interface Answered<Value> {
  readonly slot: WorkerSlot;
  readonly value: Value;
}

export interface Gathered<Value> {
  readonly answers: readonly Answered<Value>[];
  /** Those who are not there, or have not answered in time. */
  readonly silent: readonly WorkerSlot[];
}

/** For a worker that has not answered in time; an answer may well be undefined. */
const SILENT = Symbol('silent');

/**
 * Asks workers and waits for their answers, but not for long: one that is blocked must not keep an operator from seeing the others. Who owes an
 * answer is not asked anything more until it has come, so nothing piles up for it.
 */
export class ScatterGather {
  readonly #threads: WorkerThreads;
  readonly #owing = new Set<WorkerSlot>();

  constructor(threads: WorkerThreads) {
    this.#threads = threads;
  }

  /** Errors: what the first has refused it for. */
  async askAll<Value>(slots: readonly WorkerSlot[], question: Question): Promise<Gathered<Value>> {
    const values = await Promise.all(slots.map((slot) => this.#ask(slot, question)));
    const answers = slots.flatMap((slot, place) => (values[place] === SILENT ? [] : [{ slot, value: values[place] as Value }]));
    return { answers, silent: slots.filter((_, place) => values[place] === SILENT) };
  }

  async #ask(slot: WorkerSlot, question: Question): Promise<unknown> {
    if (this.#owing.has(slot)) return SILENT;
    const asked = this.#threads.ask(slot, question).catch((error: unknown) => {
      if (codeOf(error) === 'EL_WORKER_FAILED') return SILENT;
      throw error;
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#owing.add(slot);
        resolve(SILENT);
      }, WORKER_ANSWER_MS);
      asked.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        this.#owing.delete(slot);
      });
    });
  }
}
