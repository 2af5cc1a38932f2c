import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bound } from '../trials/field/child.js';
import { Connection } from './connection.js';
import { ONE_FILE_THREAD } from './kill-points.js';
import type { Policy, Target } from './target.js';

export interface StoreOptions {
  readonly target: Target;
  readonly folder: string;
  readonly socket: string;
  readonly policy: Policy;
  /** Stands in front of the command, and replaces itself with it. */
  readonly wrapper?: readonly string[];
}

const START_MS = 60_000;
const STOP_MS = 30_000;
/** What it has said last is kept. */
const KEPT_CHARACTERS = 4096;

/** A server that does not start, or does not stop, although nobody has killed it. */
export class Standstill extends Error {}

/** A server in a process of its own, which is there to be killed. */
export class StoreProcess {
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #socket: string;
  readonly #greeting: string;
  #output = '';
  #killed = false;

  constructor({ target, folder, socket, policy, wrapper = [] }: StoreOptions) {
    // The one before has not removed it.
    rmSync(socket, { force: true });
    const [program, ...args] = [...wrapper, ...target.command(folder, socket, policy)];
    const env = { ...process.env, ...(wrapper.length > 0 ? ONE_FILE_THREAD : {}) };
    this.#child = bound(spawn(program as string, args, { stdio: ['ignore', 'pipe', 'pipe'], env }));
    this.#socket = socket;
    this.#greeting = target.greeting;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + String(chunk)).slice(-KEPT_CHARACTERS)));
    }
    this.ended = once(this.#child, 'close').then(() => {});
  }

  /** What it has said last. */
  get output(): string {
    return this.#output;
  }

  get isServing(): boolean {
    return this.isAlive && this.#output.includes(this.#greeting);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with whether it serves; if not it was killed meanwhile. Error: Standstill, if it has ended by itself. */
  async serves(): Promise<boolean> {
    const patience = AbortSignal.timeout(START_MS);
    while (this.isAlive && !this.#output.includes(this.#greeting)) {
      await Promise.race([once(this.#child.stdout!, 'data', { signal: patience }), this.ended]).catch(() => {
        throw new Standstill(`the server does not start: ${this.#output}`);
      });
    }
    if (this.isAlive) return true;
    await this.ended;
    if (this.#child.signalCode !== 'SIGKILL') throw new Standstill(`the server has ended by itself, with ${this.#status}: ${this.#output}`);
    return false;
  }

  connect(): Promise<Connection> {
    return Connection.dial(this.#socket);
  }

  /** Kills it without a warning. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it in order. Error: Standstill, if it does not. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const isLate = sleep(STOP_MS, true, { signal: late.signal, ref: false }).catch(() => false);
    await Promise.race([this.ended, isLate]);
    late.abort();
    if (this.isAlive || this.#child.exitCode !== 0) throw new Standstill(`the server did not stop in order, but with ${this.#status}: ${this.#output}`);
  }

  /** Resolves when it has been killed. Error: Standstill, if it has ended by itself. */
  async isKilled(): Promise<void> {
    await this.ended;
    if (!this.#killed && this.#child.signalCode !== 'SIGKILL') throw new Standstill(`the server has ended by itself, with ${this.#status}: ${this.#output}`);
  }

  get #status(): string {
    return `${this.#child.exitCode ?? this.#child.signalCode ?? 'nothing yet'}`;
  }
}
