// One server process: started on a core of its own, asked for its port, and ended by its process id.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Cores, Peer } from './benchmark.js';

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;

/** What a server prints at its start, kept to find the port in it or to show why it failed. */
const MAX_OUTPUT_CHARS = 8192;

export interface Server {
  readonly peer: Peer;
  readonly pid: number;
  readonly port: number;
  /** What it has printed so far, up to the line with its address. */
  readonly greeting: string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

// However the runner ends, its servers end with it.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

function coresFor(peer: Peer, { server, load }: Cores): string {
  return peer.everyCore === true ? `${server},${load}` : String(server);
}

/** Where no cores are given it runs wherever there is one. A store is told its port here. */
export function launch(peer: Peer, cores: Cores | undefined, port?: number): ChildProcess {
  const command = peer.command(port);
  if (command === undefined) throw new Error(`${peer.title} is not available`);
  // taskset replaces itself with the server, so the child's process id is the server's.
  const [program = '', ...args] = cores === undefined ? command : ['taskset', '-c', coresFor(peer, cores), ...command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Resolves when the server has printed its address, and goes on reading so that the server never blocks on its output. */
function announced(peer: Peer, child: ChildProcess): Promise<Pick<Server, 'port' | 'greeting'>> {
  return new Promise((resolve, reject) => {
    let output = '';
    const refuse = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${peer.title} ${why}\n${output.trim()}`));
    };
    const timer = setTimeout(() => refuse('did not print its address in time'), START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      if (output.length < MAX_OUTPUT_CHARS) output += chunk.toString();
      const port = /127\.0\.0\.1:(\d+)\b.*\n/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve({ port: Number(port), greeting: output });
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    child.once('error', (error) => refuse(`did not start: ${error.message}`));
    child.once('exit', (code, signal) => refuse(`ended with ${signal ?? code}`));
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(late);
}

/** The caller stops it, also where the measurement fails. */
export async function startServer(peer: Peer, cores?: Cores): Promise<Server> {
  const child = launch(peer, cores);
  try {
    const address = await announced(peer, child);
    return { peer, pid: child.pid!, ...address, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Starts the servers, runs the body and stops them whatever happens. Idle servers cost no CPU, so all may run at once. */
export async function withServers<T>(
  chosen: readonly Peer[],
  cores: Cores,
  body: (servers: readonly Server[]) => Promise<T>,
): Promise<T> {
  const servers: Server[] = [];
  try {
    for (const peer of chosen) servers.push(await startServer(peer, cores));
    return await body(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
