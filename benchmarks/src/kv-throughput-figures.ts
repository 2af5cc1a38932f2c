// What is read off a measurement of throughput, and what is asked of it.

import type { Peer } from './benchmark.js';
import { KV, REDIS } from './kv-peers.js';
import type { StoreSample } from './redis-benchmark.js';
import { type Samples, ratioOf } from './rounds.js';
import { type Target, type Verdict, judge } from './target.js';

export type Figure = (sample: StoreSample) => number;

export const cpuUs: Figure = (sample) => sample.serverCpuNsPerRequest / 1000;
export const perCpuSecond: Figure = (sample) => 1e9 / sample.serverCpuNsPerRequest;
export const perSecond: Figure = (sample) => sample.requestsPerSecond;
export const p50Us: Figure = (sample) => sample.p50Us;
export const p99Us: Figure = (sample) => sample.p99Us;
export const p999Us: Figure = (sample) => sample.p999Us;

const NAMES = new Map<Figure, string>([
  [perCpuSecond, 'requests per CPU time'],
  [perSecond, 'requests per second'],
  [p999Us, 'p99.9'],
]);

/** The targets of figures, as ratios to Redis's. */
export type Criteria = ReadonlyMap<Figure, Target>;

/** How the figures that have a target stand to it; none for another store than ours, or where Redis was not measured. */
export function judgedFigures(samples: Samples<StoreSample>, { name }: Peer, what: string, criteria: Criteria): ReadonlyMap<Figure, Verdict> {
  const verdicts = new Map<Figure, Verdict>();
  if (name !== KV) return verdicts;
  for (const [figure, target] of criteria) {
    const ratio = ratioOf(samples, KV, REDIS, figure);
    if (ratio !== undefined) verdicts.set(figure, judge(`${what}: ${NAMES.get(figure)} of ${KV} ÷ ${REDIS}`, ratio, target));
  }
  return verdicts;
}
