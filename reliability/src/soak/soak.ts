import { setTimeout } from 'node:timers/promises';
import type { SoakOptions } from './arguments.js';
import { Child } from './child.js';
import type { LoadAnswers } from './load/main.js';
import { randomOf } from './random.js';
import { type CycleFacts, cycleLine, headLine } from './report.js';
import type { ServerAnswers } from './server/main.js';
import type { Ports } from './server/services.js';
import { type Cycle, type Verdict, WARM_UP_CYCLES, judge } from './verdict/verdict.js';

/** Few enough to take all of them in a moment. */
const SERVER_DESCRIPTORS = 1024;
const LOAD_DESCRIPTORS = 4096;
const LONGEST_SHORTAGE_MS = 500;

/** A server and its clients in processes of their own, cycle after cycle. Owns both; `stop` ends them. */
export class Soak {
  readonly #options: SoakOptions;
  readonly #print: (line: string) => void;
  readonly #server: Child<ServerAnswers>;
  readonly #load: Child<LoadAnswers>;
  readonly #beganMs = performance.now();
  readonly #cycles: Cycle[] = [];

  constructor(options: SoakOptions, print: (line: string) => void) {
    this.#options = options;
    this.#print = print;
    const { loop, seed, leaks } = options;
    const server = new URL('server/main.js', import.meta.url);
    const load = new URL('load/main.js', import.meta.url);
    this.#server = new Child({ name: 'server', program: server, args: [loop, String(seed), ...leaks], core: 1, maxDescriptors: SERVER_DESCRIPTORS });
    this.#load = new Child({ name: 'load', program: load, args: [String(seed)], core: 0, maxDescriptors: LOAD_DESCRIPTORS });
  }

  /** Resolves with the verdict. Rejects if one of the processes ends by itself. */
  async run(): Promise<Verdict> {
    const ports = await this.#server.ask('ports');
    this.#print(headLine());
    while (this.#goesOn()) {
      const problems = await this.#cycle(ports);
      if (problems.length > 0) return { failures: problems, notes: [] };
    }
    return judge(this.#cycles);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#load.stop(), this.#server.stop()]);
  }

  #goesOn(): boolean {
    const { minutes, cycles, cycleSeconds } = this.#options;
    const { length } = this.#cycles;
    if (length <= WARM_UP_CYCLES) return true;
    return length < cycles && this.#minutes() + cycleSeconds / 60 <= minutes;
  }

  #minutes(): number {
    return (performance.now() - this.#beganMs) / 60_000;
  }

  /** Returns what went wrong in it. What is left of it is judged in the end, with that of all others. */
  async #cycle(ports: Ports): Promise<string[]> {
    const number = this.#cycles.length + 1;
    const ms = this.#options.cycleSeconds * 1000;
    await this.#server.ask('begin');
    const load = this.#load.ask('cycle', { order: { number, ms, clients: this.#options.clients }, ports });
    const [report] = await Promise.all([load, this.#shortage(number, ms)]);
    const account = await this.#server.ask('end', { expected: this.#cycles[WARM_UP_CYCLES - 1]?.holdings });
    const facts: CycleFacts = { number, endMinutes: this.#minutes(), report, account };
    this.#cycles.push({ ...account, endMinutes: facts.endMinutes });
    this.#print(cycleLine(facts));
    return [...report.problems, ...account.problems].map((problem) => `cycle ${number}: ${problem}`);
  }

  /** For a while in the middle of the cycle the server has no descriptors left. The clients know, before and as long as it is so. */
  async #shortage(number: number, ms: number): Promise<void> {
    await setTimeout(ms * 0.3 + randomOf(this.#options.seed, number).between(0, ms * 0.3));
    await this.#load.ask('shortageBegins');
    await this.#server.ask('shortage', { ms: Math.min(LONGEST_SHORTAGE_MS, ms / 10) });
    await this.#load.ask('shortageEnds');
  }
}
