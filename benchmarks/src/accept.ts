// The accept benchmark: connections per second of the server's CPU time, each with one message, then closed.

import type { Benchmark, Peer, Scenario } from './benchmark.js';
import { compare } from './comparison.js';
import { measureInTurn } from './in-turn.js';
import { type ChurnSample, disturbanceNotes, measureChurn } from './measure.js';
import { echoPeers } from './peers.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, ratioOf, spreadOf } from './rounds.js';
import { type Verdict, atLeast, judge } from './target.js';

const USUAL: readonly string[] = ['c-epoll', 'edgeloop-edge', 'edgeloop-dedicated', 'node-net'];

const COMPARED = ['server', 'conn/CPU s', 'rounds', '÷ C epoll', '÷ node:net'];
const OBSERVED = ['CPU µs/conn', 'conn/s', 'p50 µs', 'p99 µs', 'server CPU', 'load CPU'];

/** The fewest connections that edgeloop serves in its CPU time, as a multiple of each base. */
const LIMITS = { 'c-epoll': 0.9, 'node-net': 1.5 } as const;

type Base = keyof typeof LIMITS;

const BASES: readonly Base[] = ['c-epoll', 'node-net'];
const HELD_TO_LIMITS: readonly string[] = ['edgeloop-edge', 'edgeloop-dedicated'];

const perCpuSecond = (sample: ChurnSample): number => 1e9 / sample.serverCpuNsPerCycle;

function verdictFor(samples: Samples<ChurnSample>, scenario: string, name: string, base: Base): Verdict | undefined {
  const measured = ratioOf(samples, name, base, perCpuSecond);
  if (measured === undefined || !HELD_TO_LIMITS.includes(name)) return undefined;
  return judge(`${scenario}: connections per CPU time of ${name} ÷ ${base}`, measured, atLeast(LIMITS[base]));
}

function row(samples: Samples<ChurnSample>, scenario: string, peer: Peer): string[] {
  const median = (figure: (sample: ChurnSample) => number): number => spreadOf(samples, peer.name, figure).median;
  const ratios = BASES.map((base) => {
    const ratio = ratioOf(samples, peer.name, base, perCpuSecond);
    return ratio === undefined ? '–' : formatVerdict(ratio, verdictFor(samples, scenario, peer.name, base));
  });
  return [
    peer.title,
    formatNumber(median(perCpuSecond)),
    formatRange(spreadOf(samples, peer.name, perCpuSecond)),
    ...ratios,
    formatNumber(median((sample) => sample.serverCpuNsPerCycle / 1000)),
    formatNumber(median((sample) => sample.cyclesPerSecond)),
    formatNumber(median((sample) => sample.p50Us)),
    formatNumber(median((sample) => sample.p99Us)),
    formatPercent(median((sample) => sample.serverCpuShare)),
    formatPercent(median((sample) => sample.loadCpuShare)),
  ];
}

function churnScenario(name: string, title: string, connections: number): Scenario {
  return compare({
    name,
    title,
    columns: [...COMPARED, ...OBSERVED],
    measure: (session) => measureInTurn(session, (server, warmup, seconds) => measureChurn(server, session.cores, { connections, messageBytes: 64 }, warmup, seconds)),
    row: (samples, peer) => row(samples, name, peer),
    verdicts: (samples, peer) => BASES.flatMap((base) => verdictFor(samples, name, peer.name, base) ?? []),
    notes: (samples) => disturbanceNotes([...samples.values()].flat()),
  });
}

export const accept: Benchmark = {
  name: 'accept',
  summary: 'connections of one message each per CPU time, against C epoll and node:net',
  measures: 'servers',
  peers: echoPeers.map((peer) => ({ ...peer, usual: USUAL.includes(peer.name) })),
  scenarios: [
    churnScenario('churn-50', 'connect, one 64 B message echoed, close: 50 connections at a time', 50),
    churnScenario('churn-500', 'connect, one 64 B message echoed, close: 500 connections at a time', 500),
  ],
  quick: ['churn-50'],
};
