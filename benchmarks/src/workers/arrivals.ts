// Who gets the connections that come, what is woken for it, and how long they wait for their first answer.

import { setTimeout } from 'node:timers/promises';

import type { Peer, Scenario, Session } from '../benchmark.js';
import { compare } from '../comparison.js';
import { type Load, type LoadedSample, measureArrivals, measureChurn, whileBusy } from '../measure.js';
import { sleepsOf } from '../process-usage.js';
import { formatNumber } from '../report.js';
import { type Samples, alternate, ratioOf, spreadOf } from '../rounds.js';
import { type Server, withServers } from '../server.js';
import { type Spread, spread } from '../statistics.js';
import { type ArrivalFigures, arrivalFigures } from './arrival-figures.js';
import { acceptedOf, countsOf } from './counts.js';
import { isShared, loneLoopOf } from './servers.js';

const WARMUP = { connections: 20, messageBytes: 64, seconds: 0.3 } as const;

const ASK_AGAIN_MS = 20;

const DIVISION = ['least', 'most', 'most ÷ even', 'accept events/conn', 'wake-ups/conn'];
const LATENCIES = ['hand-off p50 µs', 'p99 µs', 'first echo p50 µs', 'p99 µs', 'p50 ÷ one loop'];

export type ArrivalSample = LoadedSample & ArrivalFigures;

interface Arrivals {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly atOnce: number;
  /** Connections that are there already, and busy. */
  readonly beside?: Load;
}

/** Resolves when so many more than before were let in. */
async function lettingIn(server: Server, before: number, connections: number): Promise<void> {
  while (acceptedOf(await countsOf(server)) < before + connections) await setTimeout(ASK_AGAIN_MS);
}

async function measureAlone(server: Server, { cores }: Session, { connections, atOnce }: Arrivals): Promise<ArrivalSample> {
  const before = await countsOf(server);
  const sleptBefore = sleepsOf(server.pid);
  const sample = await measureArrivals(server, cores, connections, atOnce);
  const woken = sleepsOf(server.pid) - sleptBefore;
  return { ...sample, ...arrivalFigures(before, await countsOf(server), woken) };
}

async function measureOnce(server: Server, session: Session, arrivals: Arrivals): Promise<ArrivalSample> {
  const { beside } = arrivals;
  if (beside === undefined) return measureAlone(server, session, arrivals);
  const before = acceptedOf(await countsOf(server));
  const opened = (): Promise<void> => lettingIn(server, before, beside.connections);
  return whileBusy(server, session.cores, beside, opened, () => measureAlone(server, session, arrivals));
}

function measure(session: Session, arrivals: Arrivals): Promise<Samples<ArrivalSample>> {
  const { cores, options, peers } = session;
  return withServers(peers, cores, async (servers) => {
    await alternate(servers, 1, (server) => measureChurn(server, cores, WARMUP, 0, WARMUP.seconds));
    return alternate(servers, options.rounds, (server) => measureOnce(server, session, arrivals));
  });
}

/** Undefined where the samples have no such figure. */
export function definedSpread(
  samples: Samples<ArrivalSample>,
  name: string,
  figure: (sample: ArrivalSample) => number | undefined,
): Spread | undefined {
  const values = samples.get(name)!.flatMap((sample) => figure(sample) ?? []);
  return values.length === 0 ? undefined : spread(values);
}

export function firstEchoRatio(samples: Samples<ArrivalSample>, name: string): Spread | undefined {
  const base = loneLoopOf(name);
  return base === name ? undefined : ratioOf(samples, name, base, (sample) => sample.p50Us);
}

function row(samples: Samples<ArrivalSample>, { name, title }: Peer): string[] {
  const median = (figure: (sample: ArrivalSample) => number): number => spreadOf(samples, name, figure).median;
  const defined = (figure: (sample: ArrivalSample) => number | undefined): string => formatDefined(definedSpread(samples, name, figure));
  return [
    title,
    median((sample) => sample.least).toFixed(0),
    median((sample) => sample.most).toFixed(0),
    formatNumber(median((sample) => sample.skew)),
    formatNumber(median((sample) => sample.acceptEvents)),
    formatNumber(median((sample) => sample.wakeUps)),
    defined((sample) => sample.handoffP50Us),
    defined((sample) => sample.handoffP99Us),
    formatNumber(median((sample) => sample.p50Us)),
    formatNumber(median((sample) => sample.p99Us)),
    formatDefined(firstEchoRatio(samples, name)),
  ];
}

export function formatDefined(measured: Spread | undefined): string {
  return measured === undefined ? '–' : formatNumber(measured.median);
}

export function arrivalScenario(arrivals: Arrivals): Scenario {
  const { name, title } = arrivals;
  const scenario = compare<ArrivalSample>({
    name,
    title,
    columns: ['server', ...DIVISION, ...LATENCIES],
    measure: (session) => measure(session, arrivals),
    row,
    verdicts: () => [],
    notes: () => [],
  });
  return { ...scenario, run: (session) => scenario.run({ ...session, peers: session.peers.filter(isShared) }) };
}
