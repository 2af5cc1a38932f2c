/** Those who have nothing to do with a fault: connections that exchange messages all the while, in a process of their own. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Placement } from './placement.js';
import type { TrialServer } from './server.js';

const run = promisify(execFile);

const SOURCES = fileURLToPath(new URL('../../../../../benchmarks/load/', import.meta.url));
const BUILD = fileURLToPath(new URL('../../../../build/', import.meta.url));
const PROGRAM = `${BUILD}echo-load`;
const FILES = ['echo-load.c', 'busy.c', 'churn.c', 'idle.c', 'program.c'];

/** As many as tell a percentile from an accident, and do not fill the machine by themselves. */
const CONNECTIONS = 32;
const WARMUP_SECONDS = 0.1;

/** What bystanders have seen. That every byte came back right is checked by the load; else it fails. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

let compiled = false;

/** The load generator of the benchmarks, whose latencies are C's and not those of a garbage collector. */
export function loadProgram(): string {
  if (compiled) return PROGRAM;
  // The name is given when the program is complete: two processes that compile at once do not meet.
  const unfinished = `${PROGRAM}.${process.pid}`;
  mkdirSync(BUILD, { recursive: true });
  execFileSync('cc', ['-std=gnu17', '-O2', '-o', unfinished, ...FILES.map((file) => SOURCES + file)]);
  renameSync(unfinished, PROGRAM);
  compiled = true;
  return PROGRAM;
}

/** A way in which the load generator runs, besides exchanging messages. */
export type LoadMode = '--churn' | '--idle';

export interface Load {
  readonly connections?: number;
  readonly seconds: number;
  readonly mode?: LoadMode;
}

/** Runs the load; it fails if the server answers wrongly, late by seconds, or not at all. */
export async function load(server: TrialServer, placement: Placement, { connections = CONNECTIONS, seconds, mode }: Load): Promise<Latency> {
  const target = ['--port', server.port, '--pid', server.pid, '--connections', connections].map(String);
  const time = ['--warmup', WARMUP_SECONDS, '--seconds', seconds].map(String);
  const [command = '', ...args] = [...(mode === undefined ? placement.load : placement.attack), loadProgram(), ...target, ...time, ...(mode === undefined ? [] : [mode])];
  const { stdout } = await run(command, args);
  return JSON.parse(stdout) as Latency;
}
