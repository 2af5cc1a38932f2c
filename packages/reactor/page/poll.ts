import { pollDelayMs } from './model/retry.js';

/** What came of asking: an answer, none, or that asking again is of no use before somebody has done something. */
export type Outcome = 'answered' | 'failed' | 'refused';

/** Asks once a second, less often while nothing answers, and not at all while nobody looks at the page. */
export class Poll {
  readonly #ask: () => Promise<Outcome>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #again = false;
  #failures = 0;
  #nextMs = 0;

  /** `ask` must not reject. */
  constructor(ask: () => Promise<Outcome>) {
    this.#ask = ask;
    document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(this.#timer) : this.now()));
  }

  /** How long until it is asked again. */
  get remainingSeconds(): number {
    return this.#asking ? 0 : Math.max(0, this.#nextMs - performance.now()) / 1000;
  }

  /** Asks at once, or as soon as the answer that is under way has come. */
  now(): void {
    this.#again = this.#asking;
    if (!this.#asking) void this.#round();
  }

  async #round(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asking = true;
    const startedMs = performance.now();
    const outcome = await this.#ask();
    this.#asking = false;
    this.#failures = outcome === 'failed' ? this.#failures + 1 : 0;
    if (this.#again) return this.now();
    if (outcome !== 'refused') this.#schedule(startedMs);
  }

  #schedule(startedMs: number): void {
    const delayMs = pollDelayMs(this.#failures);
    this.#nextMs = Math.max(performance.now(), this.#failures === 0 ? startedMs : performance.now()) + delayMs;
    if (!document.hidden) this.#timer = setTimeout(() => this.now(), this.#nextMs - performance.now());
  }
}
