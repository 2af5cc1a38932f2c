import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { Child } from './child.js';

export interface Task {
  readonly port: number;
  /** Connections in all, and of them open at a time. */
  readonly count: number;
  readonly atOnce: number;
  /** What one of them says instead of what all say. */
  readonly order?: { readonly at: number; readonly text: string };
}

/** What became of the connections; their sum is `count`. */
export interface Outcome {
  /** Had all their answers, and an end in order. */
  answered: number;
  reset: number;
  /** Had an end in order before they had said anything: a worker that drains takes who is silent for a tenth of a second for idle. */
  dismissed: number;
  /** Did not come about. */
  refused: number;
  /** Anything else, such as half an answer, or none for ten seconds. */
  readonly wrong: string[];
}

/** Many clients, in a process of their own, so that they are in nobody's way; killed when the test ends. */
export class Crowd {
  readonly #child = new Child(process.execPath, [fileURLToPath(new URL('./crowd-main.js', import.meta.url))]);
  readonly #lines = createInterface(this.#child.process.stdout as NodeJS.ReadableStream);

  constructor(t: Test) {
    t.teardown(() => this.#child.process.kill('SIGKILL'));
  }

  /** Connects to a port of this machine, as often as the task says. One task at a time. */
  async visit(task: Task): Promise<Outcome> {
    this.#child.process.stdin?.write(`${JSON.stringify(task)}\n`);
    const ended = this.#child.finished.then(() => { throw new Error(`the crowd has ended: ${this.#child.stderr}`); });
    const [line] = (await Promise.race([once(this.#lines, 'line'), ended])) as [string];
    return JSON.parse(line) as Outcome;
  }
}
