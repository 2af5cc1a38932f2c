import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bound } from './child.js';
import type { TrialServer } from './server.js';
import { holds } from '../../waiting.js';

/** Makes system calls of a server fail, by strace(1), from now until its end. */
export class Injection {
  readonly #child: ChildProcess;
  #report = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.#report += chunk.toString()));
  }

  /** `what` as strace's `-e inject` has it: `accept4:error=EMFILE:when=1`; without it the calls are only watched, which takes as long. */
  static async begin(server: TrialServer, call: string, what?: string): Promise<Injection> {
    const inject = what === undefined ? [] : ['-e', `inject=${call}:${what}`];
    const args = ['-f', '-e', `trace=${call}`, ...inject, '-p', String(server.pid)];
    const injection = new Injection(bound(spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })));
    const attached = await holds(() => injection.#report.includes(' attached'));
    if (!attached) throw new Error(`strace cannot attach: ${injection.#report}`);
    return injection;
  }

  /** How many calls have failed that need not have. */
  get injected(): number {
    return this.#report.split('(INJECTED)').length - 1;
  }

  /** Resolves when the server is left alone. */
  async end(): Promise<void> {
    // Not when strace is gone: the end of its report may be still to be read.
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGINT');
    await ended;
  }
}
