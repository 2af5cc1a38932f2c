import { type ChildProcess, spawn } from 'node:child_process';
import type { Test } from 'tap';

const REACTOR = new URL('../../src/index.js', import.meta.url).href;
const ZOD = import.meta.resolve('zod');
const PRELUDE = `
import { createLog, createReactor, definePlugin, InvariantError } from ${JSON.stringify(REACTOR)};
import { z } from ${JSON.stringify(ZOD)};
const plugin = (hooks) => definePlugin({ name: 'test', options: z.strictObject({}), setup: () => hooks });
`;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of its own that runs a module, with `createLog`, `createReactor`, `InvariantError` and `plugin(hooks)` in its scope. */
export class Child {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdout?.on('data', (chunk) => (this.stdout += chunk));
    this.process.stderr?.on('data', (chunk) => (this.stderr += chunk));
    this.finished = new Promise((resolve) => {
      this.process.on('close', (code, signal) => resolve({ code, signal }));
    });
  }
}

/** Starts a module in a process of its own, under `prefix` (a tracer, a limit) if given; killed when the test ends. */
export function start(t: Test, source: string, prefix: readonly string[] = []): Child {
  const node = [process.execPath, '--input-type=module', '-e', PRELUDE + source];
  const [command = process.execPath, ...args] = [...prefix, ...node] as string[];
  const child = new Child(command, args);
  t.teardown(() => child.process.kill('SIGKILL'));
  return child;
}
