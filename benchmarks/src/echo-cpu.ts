// CPU time of the server for each echoed message, as a ratio to the other servers.

import type { Peer, Scenario } from './benchmark.js';
import { compare } from './comparison.js';
import { measureInTurn } from './in-turn.js';
import { type BusySample, type Load, disturbanceNotes, measureBusy } from './measure.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, ratioOf, spreadOf } from './rounds.js';
import { type Verdict, atMost, judge } from './target.js';

const COMPARED = ['server', 'CPU µs/msg', 'rounds', '÷ C epoll', '÷ node:net', '÷ Bun'];
const OBSERVED = ['msg/s', 'p50 µs', 'p99 µs', 'server CPU', 'load CPU'];

const BASES = ['c-epoll', 'node-net', 'bun'] as const;

type Base = (typeof BASES)[number];

/** The most CPU time that each server may use for a message, as a multiple of each base. */
const LIMITS: Readonly<Record<string, Partial<Record<Base, number>>>> = {
  'edgeloop-edge': { 'c-epoll': 1.1, 'node-net': 0.62, bun: 1 },
  'edgeloop-dedicated': { 'c-epoll': 1.1, 'node-net': 0.62, bun: 1 },
  'edgeloop-oneshot': { 'c-epoll': 1.35 },
};

const cpuUs = (sample: BusySample): number => sample.serverCpuNsPerMessage / 1000;

function verdictFor(samples: Samples<BusySample>, scenario: string, name: string, base: Base): Verdict | undefined {
  const measured = ratioOf(samples, name, base, cpuUs);
  const limit = LIMITS[name]?.[base];
  if (measured === undefined || limit === undefined) return undefined;
  return judge(`${scenario}: CPU of ${name} ÷ ${base}`, measured, atMost(limit));
}

function row(samples: Samples<BusySample>, scenario: string, peer: Peer): string[] {
  const median = (figure: (sample: BusySample) => number): number => spreadOf(samples, peer.name, figure).median;
  const ratios = BASES.map((base) => {
    const ratio = ratioOf(samples, peer.name, base, cpuUs);
    return ratio === undefined ? '–' : formatVerdict(ratio, verdictFor(samples, scenario, peer.name, base));
  });
  return [
    peer.title,
    formatNumber(median(cpuUs)),
    formatRange(spreadOf(samples, peer.name, cpuUs)),
    ...ratios,
    Math.round(median((sample) => sample.messagesPerSecond)).toLocaleString('en'),
    formatNumber(median((sample) => sample.p50Us)),
    formatNumber(median((sample) => sample.p99Us)),
    formatPercent(median((sample) => sample.serverCpuShare)),
    formatPercent(median((sample) => sample.loadCpuShare)),
  ];
}

/** A scenario that compares the CPU time of all servers under one load. */
export function cpuScenario(name: string, title: string, load: Load): Scenario {
  return compare({
    name,
    title,
    columns: [...COMPARED, ...OBSERVED],
    measure: (session) => measureInTurn(session, (server, warmup, seconds) => measureBusy(server, session.cores, load, warmup, seconds)),
    row: (samples, peer) => row(samples, name, peer),
    verdicts: (samples, peer) => BASES.flatMap((base) => verdictFor(samples, name, peer.name, base) ?? []),
    notes: (samples) => disturbanceNotes([...samples.values()].flat()),
  });
}
