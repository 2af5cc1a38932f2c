// Runs store-load, a load at a rate of its own, against one store.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Cores } from './benchmark.js';
import { programPath } from './compile.js';
import type { Store } from './store.js';

const execute = promisify(execFile);

const TIMEOUT_MS = 120_000;

/** Late by more than this, the load generator itself was held up. */
const LATE_US = 100;

export interface SteadyLoad {
  /** Requests in a second. */
  readonly rate: number;
  readonly keys: number;
  /** Keys that are added in a second. */
  readonly growth: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export interface SteadySample {
  readonly requests: number;
  readonly grown: number;
  readonly longestUs: number;
  /** How late the load generator was with its own requests. It is part of the latencies. */
  readonly lateP999Us: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly serverCpuShare: number;
}

export async function loadSteadily(store: Store, cores: Cores, load: SteadyLoad): Promise<SteadySample> {
  const target = ['-c', cores.load, programPath('store-load'), '--port', store.port, '--pid', store.pid];
  const what = ['--rate', load.rate, '--keys', load.keys, '--growth', load.growth];
  const time = ['--warmup', load.warmupSeconds, '--seconds', load.seconds];
  try {
    const { stdout } = await execute('taskset', [...target, ...what, ...time].map(String), { timeout: TIMEOUT_MS });
    return JSON.parse(stdout) as SteadySample;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the load on ${store.peer.title} failed: ${reason.trim()}`, { cause: error });
  }
}

export function latenessNotes(samples: readonly SteadySample[]): string[] {
  const late = samples.filter(({ lateP999Us }) => lateP999Us > LATE_US).length;
  return late === 0 ? [] : [`in ${late} of ${samples.length} measurements the load generator was late itself: something else had its core`];
}
