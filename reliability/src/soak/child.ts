import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../installed.js';
import type { Answers, Ask, Reply } from './asks.js';

export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  readonly program: URL;
  readonly args?: readonly string[];
  /** Where it runs if the machine has several cores and taskset(1). */
  readonly core: number;
  /** What RLIMIT_NOFILE is, hard and soft: Node raises the soft one to the hard one. */
  readonly maxDescriptors: number;
}

/** To measure what is left after a collection; counting objects is experimental. */
const NODE_FLAGS = ['--expose-gc', '--disable-warning=ExperimentalWarning'];

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A process of the soak: answers what it is asked, and ends with the soak at the latest. */
export class Child<Asked extends Answers> {
  readonly pid: number;
  /** Rejects when the process ends before it is told to. */
  readonly #lost: Promise<never>;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #stopping = false;

  constructor(options: ChildOptions) {
    const [command, ...args] = commandOf(options);
    this.#process = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.pid = this.#process.pid as number;
    this.#process.on('message', (reply: Reply) => this.#settle(reply));
    this.#exited = new Promise((resolve) => this.#process.once('exit', () => resolve()));
    this.#lost = new Promise((_, reject) => {
      this.#process.once('error', reject);
      this.#process.once('exit', (code, signal) => {
        if (!this.#stopping) reject(new Error(`the ${options.name} process has ended by itself, with ${signal ?? `code ${code}`}`));
      });
    });
    // Those who ask hear of it; while nobody does, it can wait.
    this.#lost.catch(() => {});
  }

  /** Rejects with what the child has failed with, or when it is lost. */
  ask<Name extends keyof Asked & string>(name: Name, ...[argument]: Parameters<Asked[Name]>): Promise<Awaited<ReturnType<Asked[Name]>>> {
    const ask: Ask = { id: ++this.#asked, name, argument };
    const answer = new Promise<Awaited<ReturnType<Asked[Name]>>>((resolve, reject) => {
      this.#waiting.set(ask.id, { resolve, reject });
    });
    // What cannot be sent has no receiver any more: that it is lost says more.
    this.#process.send(ask, () => {});
    return Promise.race([answer, this.#lost]);
  }

  /** Ends the process, stopped or not. It has nothing to lose. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('failure' in reply) waiting?.reject(new Error(reply.failure));
    else waiting?.resolve(reply.answer);
  }
}

/** sh and taskset replace themselves, so the process that is spawned is the program in the end. */
function commandOf({ program, args = [], core, maxDescriptors }: ChildOptions): [string, ...string[]] {
  const node = [process.execPath, ...NODE_FLAGS, fileURLToPath(program), ...args];
  const pinned = availableParallelism() > core && isInstalled('taskset') ? ['taskset', '-c', String(core), ...node] : node;
  return ['/bin/sh', '-c', `ulimit -n ${maxDescriptors} && exec "$@"`, 'sh', ...pinned];
}
