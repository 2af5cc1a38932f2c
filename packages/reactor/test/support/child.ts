import { type ChildProcess, spawn } from 'node:child_process';
import type { TearsDown } from './fixture.js';

const REACTOR = new URL('../../src/index.js', import.meta.url).href;
const ZOD = import.meta.resolve('zod');
const PRELUDE = `
import { createReactor, definePlugin, InvariantError } from ${JSON.stringify(REACTOR)};
import { z } from ${JSON.stringify(ZOD)};
const plugin = (hooks) => definePlugin({ name: 'fixture', options: z.strictObject({}), setup: () => hooks });
`;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of its own that runs a module; `createReactor`, `definePlugin`, `InvariantError`, `plugin(hooks)` and `z` are in scope. */
export class Child {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;

  constructor(source: string, prefix: readonly string[] = []) {
    const [command = '', ...args] = [...prefix, process.execPath, '--input-type=module', '-e', PRELUDE + source];
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
    this.process.stdout?.on('data', (chunk) => (this.stdout += chunk));
    this.process.stderr?.on('data', (chunk) => (this.stderr += chunk));
    this.finished = new Promise((resolve) => {
      this.process.on('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
  }
}

/** Starts a module in a process of its own, under `prefix` (a tracer, a limit) if given; killed when the test ends. */
export function start(t: TearsDown, source: string, prefix: readonly string[] = []): Child {
  const child = new Child(source, prefix);
  t.teardown(() => child.process.kill('SIGKILL'));
  return child;
}

