import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './run.js';

/** One run to be played. */
export interface Job {
  readonly workload: string;
  readonly seed: number;
}

/** A run takes some milliseconds, the longest a few seconds. */
const LONGEST_RUN_MS = 60_000;

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** Processes that share runs. One that dies, or never comes to an end, is a finding as any other. */
export class Crew {
  readonly #jobs: Iterator<Job>;
  readonly #told: (outcome: Outcome) => void;
  readonly #children = new Set<ChildProcess>();
  #ending = false;

  /** `told` is called with what each run has come to. */
  constructor(jobs: Iterator<Job>, told: (outcome: Outcome) => void) {
    this.#jobs = jobs;
    this.#told = told;
  }

  /** Resolves when nothing is left to play, or `end` was called, and all processes are gone. */
  async work(size: number): Promise<void> {
    await Promise.all(Array.from({ length: size }, () => this.#member()));
  }

  /** What is being played is played to its end. */
  end(): void {
    this.#ending = true;
  }

  /** Leaves nobody behind, one that never ends least of all. */
  kill(): void {
    this.end();
    for (const child of this.#children) child.kill('SIGKILL');
  }

  /** One process after another, for one that has failed does not go on. */
  async #member(): Promise<void> {
    for (let job = this.#next(); job !== undefined; ) {
      const child = fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      this.#children.add(child);
      job = await this.#playIn(child, job);
      child.kill('SIGKILL');
      this.#children.delete(child);
    }
  }

  #next(): Job | undefined {
    if (this.#ending) return undefined;
    const { done, value } = this.#jobs.next();
    return done === true ? undefined : value;
  }

  /** Has a process play, until it fails. Resolves with the job to go on with elsewhere, if there is one. */
  async #playIn(child: ChildProcess, first: Job): Promise<Job | undefined> {
    for (let job: Job | undefined = first; job !== undefined; job = this.#next()) {
      const { told, fit } = await answerOf(child, job);
      this.#told(told);
      if (!fit) return this.#next();
    }
    return undefined;
  }
}

/** What a process has made of a job, and whether it can go on. */
function answerOf(child: ChildProcess, job: Job): Promise<{ told: Outcome; fit: boolean }> {
  return new Promise((resolve) => {
    const settle = (told: Outcome, fit: boolean): void => {
      clearTimeout(timer);
      child.off('message', answered).off('exit', died);
      resolve({ told, fit });
    };
    const lost = (finding: string) => settle({ ...job, turns: 0, counts: {}, finding }, false);
    // What a finding leaves behind in a process is no ground for further runs.
    const answered = (outcome: unknown) => settle(outcome as Outcome, (outcome as Outcome).finding === undefined);
    const died = (code: number | null, signal: string | null) => lost(`the process has ended, with ${signal ?? code}`);
    const timer = setTimeout(() => lost(`does not come to an end within ${LONGEST_RUN_MS / 1000} s`), LONGEST_RUN_MS);
    child.on('message', answered).on('exit', died);
    child.send(job);
  });
}
