import type { Clock } from '../loop/clock.js';
import type { Log } from '../log.js';
import { REFUSAL_LOG_MS } from '../limits.js';
import type { Refusal } from '../net/admission.js';

/** Tells of refused connections: of the first at once, of those that follow once a second, by number. A flood stays a line. */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #fields: object;
  /** Refused since the last line; undefined while none is due. */
  #counts: Partial<Record<Refusal, number>> | undefined;

  constructor(clock: Clock, log: Log, fields: object) {
    this.#clock = clock;
    this.#log = log;
    this.#fields = fields;
  }

  note(limit: Refusal, peer: string): void {
    if (this.#counts !== undefined) {
      this.#counts[limit] = (this.#counts[limit] ?? 0) + 1;
      return;
    }
    this.#log.warn({ event: 'connection.refused', ...this.#fields, limit, peer }, `connection refused: over the limit (${limit})`);
    this.#wait();
  }

  #wait(): void {
    this.#counts = {};
    this.#clock.after(REFUSAL_LOG_MS, () => this.#tell()).unref();
  }

  #tell(): void {
    const refused = this.#counts ?? {};
    this.#counts = undefined;
    if (Object.keys(refused).length === 0) return;
    this.#log.warn({ event: 'connection.refused', ...this.#fields, refused }, 'more connections refused: over the limit');
    this.#wait();
  }
}
