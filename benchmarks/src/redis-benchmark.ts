// Runs redis-benchmark against one store, and reads its report.

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

import type { Cores } from './benchmark.js';
import { programPath } from './compile.js';
import type { Command } from './keyspace.js';
import type { LoadedSample } from './measure.js';
import type { Store } from './store.js';

const run = promisify(execFile);

const PROGRAM = 'redis-benchmark';

/** A measurement takes seconds; this is for a store that stops answering. */
const TIMEOUT_MS = 180_000;

/** redis-benchmark's own number of connections. */
export const CLIENTS = 50;

export interface StoreSample extends Pick<LoadedSample, 'serverCpuShare' | 'loadCpuShare'> {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly serverCpuNsPerRequest: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

export interface StoreLoad {
  readonly request: Command;
  readonly clients: number;
  readonly requests: number;
  readonly pipeline: number;
  /** Random numbers are below this. */
  readonly keys: number;
}

/** What server-watch prints after the report. */
interface Usage {
  readonly seconds: number;
  readonly serverCpuSeconds: number;
  readonly loadCpuSeconds: number;
}

export function requireRedisBenchmark(): void {
  if (spawnSync(PROGRAM, ['--version']).error !== undefined) {
    throw new Error(`${PROGRAM} is needed, which loads all the stores: install redis-tools 7.0`);
  }
}

/** The first line of the distribution that reaches so many percent: its steps are fine where few requests are left. */
function percentileUs(report: string, percent: number): number {
  const steps = [...report.matchAll(/^([\d.]+)% <= ([\d.]+) milliseconds/gm)];
  const step = steps.find(([, reached]) => Number(reached) >= percent);
  if (step === undefined) throw new Error(`${PROGRAM} reported no latencies\n${report}`);
  return Number(step[2]) * 1000;
}

function sampleOf(output: string, requests: number): StoreSample {
  const rate = /throughput summary: ([\d.]+)/.exec(output)?.[1];
  if (rate === undefined) throw new Error(`${PROGRAM} reported no rate\n${output}`);
  const { seconds, serverCpuSeconds, loadCpuSeconds } = JSON.parse(output.trimEnd().split('\n').at(-1)!) as Usage;
  return {
    requests,
    requestsPerSecond: Number(rate),
    serverCpuNsPerRequest: (serverCpuSeconds * 1e9) / requests,
    p50Us: percentileUs(output, 50),
    p99Us: percentileUs(output, 99),
    p999Us: percentileUs(output, 99.9),
    serverCpuShare: serverCpuSeconds / seconds,
    loadCpuShare: loadCpuSeconds / seconds,
  };
}

/** An error among the answers ends redis-benchmark, and with it the run. */
export async function measureStore(store: Store, cores: Cores, load: StoreLoad): Promise<StoreSample> {
  const watch = ['-c', String(cores.load), programPath('server-watch'), String(store.pid)];
  const size = ['-p', store.port, '-c', load.clients, '-n', load.requests, '-P', load.pipeline, '-r', load.keys, '--precision', 3].map(String);
  try {
    const { stdout } = await run('taskset', [...watch, PROGRAM, ...size, ...load.request], { timeout: TIMEOUT_MS });
    return sampleOf(stdout, load.requests);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the load on ${store.peer.title} failed: ${reason.trim()}`, { cause: error });
  }
}
