import type { Sample, Series } from './sample.js';

export const HISTORY_SECONDS = 300;
/** Samples come once a second. This bounds them should they come more often, as they do when somebody asks at once. */
const MAX_SAMPLES = 2 * HISTORY_SECONDS;
/** Samples further apart than this are not joined by a line: what was between them is not known. */
const GAP_SECONDS = 3;

/** The samples of the last five minutes, oldest first, ready to be drawn. */
export class History {
  readonly #times: number[] = [];
  readonly #samples: Sample[] = [];

  get times(): readonly number[] {
    return this.#times;
  }

  get latest(): Sample | undefined {
    return this.#samples.at(-1);
  }

  /** Adds a sample, at a time in seconds that is later than all before it. */
  add(atSeconds: number, sample: Sample): void {
    const latest = this.#times.at(-1) ?? atSeconds;
    if (atSeconds - latest > GAP_SECONDS) this.#append(latest + GAP_SECONDS / 2, {});
    this.#append(atSeconds, sample);
    this.#forgetOlderThan(atSeconds - HISTORY_SECONDS);
  }

  /** One line: a value for each of {@link times}, null where there is none. */
  column(series: Series): (number | null)[] {
    return this.#samples.map((sample) => sample[series] ?? null);
  }

  #append(atSeconds: number, sample: Sample): void {
    this.#times.push(atSeconds);
    this.#samples.push(sample);
  }

  #forgetOlderThan(seconds: number): void {
    const kept = this.#times.findIndex((time) => time >= seconds);
    const dropped = Math.max(kept, this.#times.length - MAX_SAMPLES);
    this.#times.splice(0, dropped);
    this.#samples.splice(0, dropped);
  }
}
