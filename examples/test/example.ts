/** What the tests of the examples share: the example as a process, and clients. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

/** An example that runs in a process of its own; killed when the test ends. */
export class Example {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #over = false;

  constructor(t: Test, name: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [fileURLToPath(new URL(`../${name}.js`, import.meta.url)), ...args]);
    this.#ended = once(this.#child, 'close').then(() => (this.#over = true));
    this.#child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    t.teardown(() => this.#child.kill('SIGKILL'));
  }

  /** Resolves once a line of its output matches; fails if it ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (this.#over) throw new Error(`ended before it printed ${pattern}: ${this.stderr}`);
      await Promise.race([once(this.#child.stdout, 'data'), this.#ended]);
    }
  }

  /** The port that it says it listens on. */
  async port(): Promise<number> {
    return Number((await this.printed(/ on port (\d+)/))[1]);
  }

  /** What it has complained about. That something kept its loop for a moment says more about the machine than about the example. */
  get complaints(): string {
    return this.stderr.replaceAll(/^.*"event":"loop.stalled".*\n/gm, '');
  }

  /** Sends a signal; without one, presses Ctrl-C. */
  interrupt(signal: NodeJS.Signals = 'SIGINT'): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit status. */
  async end(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }
}

/** A client that is connected, and leaves its half-close to the test. */
export async function dial(t: Test, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

export async function endsAtCtrlC(t: Test, example: Example): Promise<void> {
  example.interrupt();
  t.equal(await example.end(), 0, 'Ctrl-C ends it with 0');
  t.equal(example.complaints, '');
}
