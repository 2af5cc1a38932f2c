/** Starts the command edgeloop-echo, and others, as a user would. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

/** The command's file, for shell lines. */
export const COMMAND = fileURLToPath(new URL('../../../bin/edgeloop-echo.mjs', import.meta.url));

export interface Outcome {
  /** The exit status, or the signal that ended the process. */
  readonly status: number | string;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** Resolves once the process has ended and all its output has been read. */
  readonly outcome: Promise<Outcome>;
  /** Resolves with all of standard output so far, once `text` is in it. */
  readonly printed: (text: string) => Promise<string>;
}

/** Starts a program; the test's end is its end. */
export function start(t: Test, program: string, args: readonly string[]): Running {
  const child = spawn(program, args);
  t.teardown(() => child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  const stdout = () => Buffer.concat(chunks);
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // A program may end before it has read all of its input.
  child.stdin.on('error', () => {});
  const outcome = once(child, 'close').then(([status, signal]): Outcome => ({ status: (status ?? signal) as number | string, stdout: stdout(), stderr }));
  let over = false;
  void outcome.then(() => (over = true));
  const printed = async (text: string) => {
    while (!stdout().includes(text)) {
      if (over) throw new Error(`it ended before it printed "${text}": ${stderr}`);
      await Promise.race([once(child.stdout, 'data'), outcome]);
    }
    return stdout().toString();
  };
  return { process: child, pid: child.pid as number, outcome, printed };
}

export function startCommand(t: Test, ...args: string[]): Running {
  return start(t, process.execPath, [COMMAND, ...args]);
}

/** Runs the command to its end, with `input` as its standard input. */
export function runCommand(t: Test, args: readonly string[], input: Uint8Array | string = ''): Promise<Outcome> {
  const running = startCommand(t, ...args);
  running.process.stdin.end(input);
  return running.outcome;
}

/** Runs a line of shell to its end; `args` are its $1, $2 and so on. */
export function runShell(t: Test, line: string, ...args: string[]): Promise<Outcome> {
  const running = start(t, 'sh', ['-c', line, 'sh', ...args]);
  running.process.stdin.end();
  return running.outcome;
}

export interface RunningServer extends Running {
  readonly port: number;
  /** All that the server says when it is ready. */
  readonly greeting: string;
}

/** Starts the server on a port that the kernel chooses. */
export async function startServer(t: Test, ...options: string[]): Promise<RunningServer> {
  const running = startCommand(t, 'server', '0', ...options);
  const greeting = await running.printed('twice, at once.\n');
  const port = Number(/^echo on \S+:(\d+) /.exec(greeting)?.[1]);
  return { ...running, port, greeting };
}

/** What the server has logged: the events of its lines, in order, but for stalls, which a busy machine brings about anywhere. */
export function eventsOf(stderr: string): unknown[] {
  return stderr.trim().split('\n').map((line) => (JSON.parse(line) as { event: unknown }).event).filter((event) => event !== 'loop.stalled');
}
