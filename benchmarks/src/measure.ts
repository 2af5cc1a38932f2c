// Runs the load generator against one server and reads its line of JSON.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Cores } from './benchmark.js';
import { programPath } from './compile.js';
import type { Server } from './server.js';

const run = promisify(execFile);

/** The load generator bounds itself; this is for the case that it cannot. */
const TIMEOUT_MS = 180_000;

const UNDISTURBED_SHARE = 0.85;

const ARRIVAL_BYTES = 64;

/** For a load that is ended from outside, should nobody do that. */
const MAX_BUSY_SECONDS = 60;

export interface Load {
  readonly connections: number;
  readonly messageBytes: number;
  readonly depth: number;
  readonly streams: number;
}

/** Times are of the measured window alone, without the warm-up. */
export interface LoadedSample {
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  /** Of one core, 0 to 1, here and below. */
  readonly serverCpuShare: number;
  readonly loadCpuShare: number;
}

type Shares = Pick<LoadedSample, 'serverCpuShare' | 'loadCpuShare'>;

export interface BusySample extends LoadedSample {
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly serverCpuNsPerMessage: number;
  readonly streamBytesPerSecond: number;
}

/** A cycle is a connection that was made, exchanged one message and was closed. */
export interface ChurnSample extends LoadedSample {
  readonly cycles: number;
  readonly cyclesPerSecond: number;
  readonly serverCpuNsPerCycle: number;
}

export interface IdleSample {
  readonly connections: number;
  readonly bytesPerConnection: number;
  readonly anonymousBytesBefore: number;
  readonly anonymousBytesAfter: number;
  readonly residentBytesBefore: number;
  readonly residentBytesAfter: number;
}

/**
 * In a closed loop one side always has work to do. If neither came near a whole core, something else had the machine.
 * Such a measurement is counted and told, not dropped: which ones to drop would be the benchmark's choice of a result.
 */
function isDisturbed(sample: Shares): boolean {
  return Math.max(sample.serverCpuShare, sample.loadCpuShare) < UNDISTURBED_SHARE;
}

export function disturbanceNotes(samples: readonly Shares[]): string[] {
  const disturbed = samples.filter(isDisturbed).length;
  if (disturbed === 0) return [];
  return [`${disturbed} of ${samples.length} measurements were disturbed: neither side had its core to itself`];
}

async function generate(server: Server, cores: Cores, args: readonly string[], ended?: AbortSignal): Promise<unknown> {
  const target = ['--port', String(server.port), '--pid', String(server.pid)];
  const command = ['-c', String(cores.load), programPath('echo-load'), ...target, ...args];
  try {
    const { stdout } = await run('taskset', command, { timeout: TIMEOUT_MS, signal: ended });
    return JSON.parse(stdout);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the load on ${server.peer.title} failed: ${reason.trim()}`, { cause: error });
  }
}

export async function measureBusy(
  server: Server,
  cores: Cores,
  load: Load,
  warmupSeconds: number,
  seconds: number,
): Promise<BusySample> {
  const shape = ['--connections', load.connections, '--size', load.messageBytes, '--depth', load.depth];
  const time = ['--stream', load.streams, '--warmup', warmupSeconds, '--seconds', seconds];
  return (await generate(server, cores, [...shape, ...time].map(String))) as BusySample;
}

export async function measureChurn(
  server: Server,
  cores: Cores,
  load: Pick<Load, 'connections' | 'messageBytes'>,
  warmupSeconds: number,
  seconds: number,
): Promise<ChurnSample> {
  const shape = ['--churn', '--connections', load.connections, '--size', load.messageBytes];
  const time = ['--warmup', warmupSeconds, '--seconds', seconds];
  return (await generate(server, cores, [...shape, ...time].map(String))) as ChurnSample;
}

/** `connections` come, so many at once, and stay until all have exchanged a message. Latencies begin before connect. */
export async function measureArrivals(server: Server, cores: Cores, connections: number, atOnce: number): Promise<LoadedSample> {
  const args = ['--arrive', '--connections', connections, '--burst', atOnce, '--size', ARRIVAL_BYTES];
  return (await generate(server, cores, args.map(String))) as LoadedSample;
}

/** Keeps connections busy while the body runs, which begins when `opened` says that all of them are there. */
export async function whileBusy<T>(server: Server, cores: Cores, load: Load, opened: () => Promise<void>, body: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const shape = ['--connections', load.connections, '--size', load.messageBytes, '--depth', load.depth, '--seconds', MAX_BUSY_SECONDS];
  const busy = generate(server, cores, shape.map(String), ended.signal).catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  const measured = opened().then(body).finally(() => ended.abort());
  const [result] = await Promise.all([measured, busy]);
  return result;
}

export async function measureIdle(
  server: Server,
  cores: Cores,
  connections: number,
  seconds: number,
): Promise<IdleSample> {
  const args = ['--idle', '--connections', connections, '--warmup', 1, '--seconds', seconds];
  return (await generate(server, cores, args.map(String))) as IdleSample;
}
