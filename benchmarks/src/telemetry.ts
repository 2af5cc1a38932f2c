// The telemetry benchmark: what counting, measuring and being asked for the numbers cost a message.

import { join } from 'node:path';

import type { Benchmark, Peer } from './benchmark.js';
import { paths } from './paths.js';
import { costScenario } from './telemetry-cost.js';

const HOSTS = ['embedded', 'dedicated'] as const;

const UNCOUNTED = ['--uncounted'];

/** As much telemetry as each server has, in the words of its command line: each next one has what the one before has. */
const TELEMETRY: readonly (readonly [name: string, title: string, flags: readonly string[]])[] = [
  ['uncounted', 'no telemetry', UNCOUNTED],
  ['control', 'no telemetry, again', UNCOUNTED],
  ['counted', 'counting', []],
  ['measured', '+ stopwatch', ['--stopwatch']],
  ['operated', '+ scraped, watched', ['--stopwatch', '--endpoint']],
];

function command(flags: readonly string[]): readonly string[] {
  const preload = flags === UNCOUNTED ? ['--import', join(paths.baseline, 'uncounted.mjs')] : [];
  return [process.execPath, ...preload, paths.telemetryServer, ...flags];
}

const peers: readonly Peer[] = HOSTS.flatMap((host) =>
  TELEMETRY.map(([name, title, flags]) => ({
    name: `${name}-${host}`,
    title: `${host}: ${title}`,
    usual: true,
    command: () => [...command(flags), '--loop', host],
  })),
);

const small = { messageBytes: 64, depth: 1, streams: 0 } as const;

export const telemetry: Benchmark = {
  name: 'telemetry',
  summary: 'CPU per message of counting, of the stopwatch and of being scraped and watched',
  measures: 'servers',
  peers,
  scenarios: [
    costScenario('ping-1', '64 B messages, 1 in flight, 1 connection', { ...small, connections: 1 }),
    costScenario('ping-50', '64 B messages, 1 in flight, 50 connections', { ...small, connections: 50 }),
    costScenario('ping-500', '64 B messages, 1 in flight, 500 connections', { ...small, connections: 500 }),
    costScenario('pipeline-500', '64 B messages, 16 in flight, 500 connections', { ...small, depth: 16, connections: 500 }),
  ],
  quick: ['ping-1', 'ping-500'],
};
