import type { Reactor, Timer } from '@edgeloop/reactor';
import type { Random } from '@edgeloop/reactor/testing';
import { holds } from '../../waiting.js';

const BURST_EVERY_MS = 10;
const BURST_TIMERS = 20;
const LONGEST_MS = 80;

/** Timers that come and go while a cycle lasts: of those that are made some are cancelled, some put off, and all others called. */
export class TimerTraffic {
  readonly #reactor: Reactor;
  readonly #random: Random;
  readonly #waiting = new Set<Timer>();
  readonly #bursts: Timer;
  #delays = 0;
  #made = 0;
  #called = 0;
  #cancelled = 0;

  constructor(reactor: Reactor, random: Random) {
    this.#reactor = reactor;
    this.#random = random;
    this.#bursts = reactor.setInterval(() => this.#burst(), BURST_EVERY_MS);
  }

  /** Resolves when none is left: with what went wrong. */
  async end(): Promise<string[]> {
    this.#bursts.cancel();
    if ((await holds(() => this.#waiting.size === 0 && this.#delays === 0)) && this.#made === this.#called + this.#cancelled) return [];
    return [`of ${this.#made} timers ${this.#called} were called and ${this.#cancelled} cancelled, and ${this.#delays} delays are not over`];
  }

  #burst(): void {
    for (let i = 0; i < BURST_TIMERS; i++) this.#make();
    for (const timer of this.#waiting) {
      const fate = this.#random.below(10);
      if (fate === 0) this.#cancel(timer);
      else if (fate === 1) timer.refresh();
    }
    void this.#delay();
  }

  #make(): void {
    this.#made++;
    const timer = this.#reactor.setTimeout(() => {
      this.#called++;
      this.#waiting.delete(timer);
    }, this.#random.between(0, LONGEST_MS));
    this.#waiting.add(timer);
  }

  #cancel(timer: Timer): void {
    timer.cancel();
    this.#waiting.delete(timer);
    this.#cancelled++;
  }

  /** Half of the delays are aborted on their way. */
  async #delay(): Promise<void> {
    this.#delays++;
    const abort = new AbortController();
    const delay = this.#reactor.delay(this.#random.between(1, LONGEST_MS), { signal: abort.signal });
    if (this.#random.chance(0.5)) this.#reactor.post(() => abort.abort());
    await delay.catch(() => {});
    this.#delays--;
  }
}
