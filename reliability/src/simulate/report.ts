import type { Outcome } from './run.js';
import { Tally } from './tally.js';

const PROGRESS_MS = 5000;
/** Further ones would only be more of the same. */
const MAX_FINDINGS = 10;

/** Adds up what the runs have come to, and tells it: progress, what was found, and what has happened how often. */
export class Report {
  readonly #print: (line: string) => void;
  readonly #tally = new Tally();
  readonly #startedMs = performance.now();
  #progressMs = performance.now();
  #runs = 0;
  #turns = 0;
  #findings = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get turns(): number {
    return this.#turns;
  }

  get findings(): number {
    return this.#findings;
  }

  /** Whether going on would tell nobody anything. */
  get enough(): boolean {
    return this.#findings >= MAX_FINDINGS;
  }

  add(outcome: Outcome): void {
    this.#runs++;
    this.#turns += outcome.turns;
    this.#tally.add(outcome.counts);
    if (outcome.finding !== undefined) this.#tellFinding(outcome, outcome.finding);
    if (performance.now() - this.#progressMs < PROGRESS_MS) return;
    this.#progressMs = performance.now();
    this.#print(`  ${this.#summary()}`);
  }

  tell(): void {
    this.#print('what has happened, how often:');
    for (const line of this.#tally.lines()) this.#print(line);
    this.#print(`simulate: ${this.#summary()}; ${this.#findings === 0 ? 'nothing found' : `FAILED: ${this.#findings} found`}`);
  }

  #summary(): string {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const [runs, turns, pace] = [this.#runs, this.#turns, Math.round(this.#turns / seconds)].map((count) => count.toLocaleString('en'));
    return `${runs} runs, ${turns} turns in ${seconds.toFixed(0)} s, ${pace} a second`;
  }

  #tellFinding({ workload, seed }: Outcome, finding: string): void {
    this.#findings++;
    this.#print(`${workload}, seed ${seed}: ${finding}`);
    this.#print(`  once more, with a trace: npm run simulate -- --workload ${workload} --seed ${seed}`);
  }
}
