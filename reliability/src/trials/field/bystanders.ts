/** Those who have nothing to do with a fault: connections that exchange messages all the while, in a process of their own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type LoadProgram, loadProgram } from './load-program.js';
import type { Placement } from './placement.js';
import type { Served } from './served.js';

const run = promisify(execFile);

/** As many as tell a percentile from an accident, and do not fill the machine by themselves. */
const CONNECTIONS = 32;
const WARMUP_SECONDS = 0.1;

/** What bystanders have seen. That every byte came back right is checked by the load; else it fails. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** A way in which the load generator runs, besides exchanging messages. */
export type LoadMode = '--churn' | '--idle';

export interface Load {
  readonly program?: LoadProgram;
  readonly connections?: number;
  readonly seconds: number;
  readonly mode?: LoadMode;
  /** Further arguments of the program. */
  readonly flags?: readonly string[];
}

/** Runs the load; it fails if the server answers wrongly, late by seconds, or not at all. */
export async function load(server: Served, placement: Placement, asked: Load): Promise<Latency> {
  const { program = 'echo-load', connections = CONNECTIONS, seconds, mode, flags = [] } = asked;
  const target = ['--port', server.port, '--pid', server.pid, '--connections', connections].map(String);
  const time = ['--warmup', WARMUP_SECONDS, '--seconds', seconds].map(String);
  const place = mode === undefined ? placement.load : placement.attack;
  const [command = '', ...args] = [...place, loadProgram(program), ...target, ...time, ...(mode === undefined ? [] : [mode]), ...flags];
  const { stdout } = await run(command, args);
  return JSON.parse(stdout) as Latency;
}
