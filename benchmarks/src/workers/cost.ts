// CPU time of a server's process with workers and without: for a message, and for a connection that lives for one message.

import type { Peer, Scenario, Session } from '../benchmark.js';
import { compare } from '../comparison.js';
import { measureInTurn } from '../in-turn.js';
import { type Load, type LoadedSample, disturbanceNotes, measureBusy, measureChurn } from '../measure.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from '../report.js';
import { type Samples, ratioOf, spreadOf } from '../rounds.js';
import type { Server } from '../server.js';
import type { Spread } from '../statistics.js';
import { type Verdict, atMost, judge } from '../target.js';
import { isCosted, isForeign, loneLoopOf, loneWorkerOf } from './servers.js';

/** The most CPU time of a message with two workers, as a multiple of that with one. */
const LIMIT = 1.1;

const OBSERVED = ['p50 µs', 'p99 µs', 'server CPU', 'load CPU'];

export interface CostSample extends LoadedSample {
  /** For one message, or one connection. */
  readonly cpuUs: number;
  readonly perSecond: number;
}

interface Cost {
  readonly name: string;
  readonly title: string;
  /** Of what the CPU time is. */
  readonly unit: 'msg' | 'conn';
  measure(server: Server, session: Session, warmupSeconds: number, seconds: number): Promise<CostSample>;
}

const cpuUs = (sample: CostSample): number => sample.cpuUs;

/** One worker, and what is not a group, has nobody to be compared with here. */
export function ratioToOneWorker(samples: Samples<CostSample>, name: string): Spread | undefined {
  const base = loneWorkerOf(name);
  return base === name ? undefined : ratioOf(samples, name, base, cpuUs);
}

export function ratioToOneLoop(samples: Samples<CostSample>, name: string): Spread | undefined {
  const base = loneLoopOf(name);
  return base === name ? undefined : ratioOf(samples, name, base, cpuUs);
}

function verdictsFor({ name: scenario, unit }: Cost, samples: Samples<CostSample>, name: string): Verdict[] {
  const measured = ratioToOneWorker(samples, name);
  if (measured === undefined || unit !== 'msg' || isForeign(name)) return [];
  return [judge(`${scenario}: CPU of ${name} ÷ ${loneWorkerOf(name)}`, measured, atMost(LIMIT))];
}

function row(cost: Cost, samples: Samples<CostSample>, peer: Peer): string[] {
  const median = (figure: (sample: CostSample) => number): number => spreadOf(samples, peer.name, figure).median;
  const toLoop = ratioToOneLoop(samples, peer.name);
  const toWorker = ratioToOneWorker(samples, peer.name);
  return [
    peer.title,
    formatNumber(median(cpuUs)),
    formatRange(spreadOf(samples, peer.name, cpuUs)),
    toLoop === undefined ? '–' : formatNumber(toLoop.median),
    toWorker === undefined ? '–' : formatVerdict(toWorker, verdictsFor(cost, samples, peer.name)[0]),
    Math.round(median((sample) => sample.perSecond)).toLocaleString('en'),
    formatNumber(median((sample) => sample.p50Us)),
    formatNumber(median((sample) => sample.p99Us)),
    formatPercent(median((sample) => sample.serverCpuShare)),
    formatPercent(median((sample) => sample.loadCpuShare)),
  ];
}

function costScenario(cost: Cost): Scenario {
  const { name, title, unit } = cost;
  const scenario = compare<CostSample>({
    name,
    title,
    columns: ['server', `CPU µs/${unit}`, 'rounds', '÷ one loop', '÷ 1 worker', `${unit}/s`, ...OBSERVED],
    measure: (session) => measureInTurn(session, (server, warmup, seconds) => cost.measure(server, session, warmup, seconds)),
    row: (samples, peer) => row(cost, samples, peer),
    verdicts: (samples, peer) => verdictsFor(cost, samples, peer.name),
    notes: (samples) => disturbanceNotes([...samples.values()].flat()),
  });
  return { ...scenario, run: (session) => scenario.run({ ...session, peers: session.peers.filter(isCosted) }) };
}

/** Messages on connections that stay. */
export function messageScenario(name: string, title: string, load: Load): Scenario {
  return costScenario({
    name,
    title,
    unit: 'msg',
    async measure(server, { cores }, warmupSeconds, seconds) {
      const sample = await measureBusy(server, cores, load, warmupSeconds, seconds);
      return { ...sample, cpuUs: sample.serverCpuNsPerMessage / 1000, perSecond: sample.messagesPerSecond };
    },
  });
}

/** Connections that are made for one message. */
export function connectionScenario(name: string, title: string, load: Pick<Load, 'connections' | 'messageBytes'>): Scenario {
  return costScenario({
    name,
    title,
    unit: 'conn',
    async measure(server, { cores }, warmupSeconds, seconds) {
      const sample = await measureChurn(server, cores, load, warmupSeconds, seconds);
      return { ...sample, cpuUs: sample.serverCpuNsPerCycle / 1000, perSecond: sample.cyclesPerSecond };
    },
  });
}
