import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';

export interface Outcome {
  /** The exit status, or the signal that ended the process. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs beside the test, whose end is its end. */
export class Program {
  readonly process: ChildProcessWithoutNullStreams;
  readonly outcome: Promise<Outcome>;
  #stdout = '';
  #stderr = '';
  #isOver = false;

  constructor(t: Test, program: string, args: readonly string[]) {
    this.process = spawn(program, args);
    t.teardown(() => this.stop());
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    // A program may end before it has read all of its input.
    this.process.stdin.on('error', () => {});
    this.outcome = once(this.process, 'close').then(([status, signal]) => this.#ended((status ?? signal) as number | string));
  }

  /** Resolves with what a pattern finds in standard output, once it does. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#stdout);
      if (found !== null) return found;
      if (this.#isOver) throw new Error(`it ended before it printed ${pattern}: ${this.#stdout}${this.#stderr}`);
      await Promise.race([once(this.process.stdout, 'data'), this.outcome]);
    }
  }

  /** Ends it, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.outcome;
  }

  #ended(status: number | string): Outcome {
    this.#isOver = true;
    return { status, stdout: this.#stdout, stderr: this.#stderr };
  }
}

/** Runs a program to its end, with `input` as its standard input. */
export function run(t: Test, program: string, args: readonly string[], input: Uint8Array | string = ''): Promise<Outcome> {
  const running = new Program(t, program, args);
  running.process.stdin.end(input);
  return running.outcome;
}
