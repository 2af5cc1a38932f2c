import { codeOf } from '../errors.js';
import { WORKER_ANSWER_MS } from '../limits.js';
import type { Crew } from './crew.js';
import type { Question } from './worker-data.js';
import type { WorkerSeat } from './worker-seat.js';

/** What one worker has answered. */
export interface Answered<Value> {
  readonly seat: WorkerSeat;
  readonly value: Value;
}

export interface RollCallResult<Value> {
  readonly answers: readonly Answered<Value>[];
  /** Those who are not there, or have not answered in time. */
  readonly silent: readonly WorkerSeat[];
}

/** For a worker that has not answered in time; an answer may well be undefined. */
const SILENT = Symbol('silent');

/**
 * Asks workers and waits for their answers, but not for long: one that is blocked must not keep an operator from seeing the others. Who owes an
 * answer is not asked anything more until it has come, so nothing piles up for it.
 */
export class RollCall {
  readonly #crew: Crew;
  readonly #owing = new Set<WorkerSeat>();

  constructor(crew: Crew) {
    this.#crew = crew;
  }

  /** Errors: what the first has refused it for. */
  async askAll<Value>(seats: readonly WorkerSeat[], question: Question): Promise<RollCallResult<Value>> {
    const values = await Promise.all(seats.map((seat) => this.#ask(seat, question)));
    const answers = seats.flatMap((seat, place) => (values[place] === SILENT ? [] : [{ seat, value: values[place] as Value }]));
    return { answers, silent: seats.filter((_, place) => values[place] === SILENT) };
  }

  async #ask(seat: WorkerSeat, question: Question): Promise<unknown> {
    if (this.#owing.has(seat)) return SILENT;
    const asked = this.#crew.ask(seat, question).catch((error: unknown) => {
      if (codeOf(error) === 'EL_WORKER_FAILED') return SILENT;
      throw error;
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#owing.add(seat);
        resolve(SILENT);
      }, WORKER_ANSWER_MS);
      asked.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        this.#owing.delete(seat);
      });
    });
  }
}
