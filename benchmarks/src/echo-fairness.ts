// What one connection that never stops sending does to the latency of the others.

import type { Peer, Scenario, ScenarioReport, Session } from './benchmark.js';
import { type BusySample, type Load, disturbanceNotes, measureBusy } from './measure.js';
import { formatNumber, formatVerdict } from './report.js';
import { type Samples, alternate, spreadOf } from './rounds.js';
import { type Server, withServers } from './server.js';
import type { Spread } from './statistics.js';
import { type Verdict, atMost, judge } from './target.js';

const PINGERS: Load = { connections: 63, messageBytes: 64, depth: 1, streams: 0 };

const WARMUP_SECONDS = 0.3;

/** Each round is two measurements, and ratios of latency settle soon. */
const MAX_ROUNDS = 3;

const RATIO_LIMIT = 2;

const MEASURED: readonly string[] = ['c-epoll', 'c-poll', 'edgeloop-edge', 'edgeloop-oneshot', 'node-net'];

interface Pair {
  readonly alone: BusySample;
  readonly besideStream: BusySample;
}

const PERCENTILES = { p50: 'p50Us', p99: 'p99Us' } as const;

type Percentile = keyof typeof PERCENTILES;

function slowdown(samples: Samples<Pair>, peer: Peer, percentile: Percentile): Spread {
  const figure = PERCENTILES[percentile];
  return spreadOf(samples, peer.name, ({ alone, besideStream }) => besideStream[figure] / alone[figure]);
}

function verdictFor(samples: Samples<Pair>, peer: Peer, percentile: Percentile): Verdict | undefined {
  if (!peer.name.startsWith('edgeloop')) return undefined;
  const what = `fairness: ${percentile} beside a stream ÷ alone, ${peer.name}`;
  return judge(what, slowdown(samples, peer, percentile), atMost(RATIO_LIMIT));
}

function row(samples: Samples<Pair>, peer: Peer): string[] {
  const median = (figure: (pair: Pair) => number): string => formatNumber(spreadOf(samples, peer.name, figure).median);
  const ratio = (percentile: Percentile): string =>
    formatVerdict(slowdown(samples, peer, percentile), verdictFor(samples, peer, percentile));
  return [
    peer.title,
    median((pair) => pair.alone.p50Us),
    median((pair) => pair.besideStream.p50Us),
    ratio('p50'),
    median((pair) => pair.alone.p99Us),
    median((pair) => pair.besideStream.p99Us),
    ratio('p99'),
    median((pair) => pair.besideStream.streamBytesPerSecond / 2 ** 20),
  ];
}

function measure(session: Session, peers: readonly Peer[]): Promise<Samples<Pair>> {
  const { options, cores } = session;
  return withServers(peers, cores, async (servers) => {
    const one = (server: Server, streams: number): Promise<BusySample> =>
      measureBusy(server, cores, { ...PINGERS, streams }, WARMUP_SECONDS, options.seconds);
    return alternate(servers, Math.min(options.rounds, MAX_ROUNDS), async (server) => ({
      alone: await one(server, 0),
      besideStream: await one(server, 1),
    }));
  });
}

async function run(session: Session): Promise<ScenarioReport> {
  const peers = session.peers.filter((peer) => MEASURED.includes(peer.name));
  const samples = await measure(session, peers);
  const percentiles: Percentile[] = ['p50', 'p99'];
  return {
    name: 'fairness',
    title: '63 connections with 64 B messages, alone and beside one endless stream: their latency',
    columns: ['server', 'p50 µs alone', 'beside', 'ratio', 'p99 µs alone', 'beside', 'ratio', 'stream MB/s'],
    rows: peers.map((peer) => row(samples, peer)),
    notes: disturbanceNotes([...samples.values()].flat().flatMap((pair) => [pair.alone, pair.besideStream])),
    verdicts: peers.flatMap((peer) => percentiles.flatMap((percentile) => verdictFor(samples, peer, percentile) ?? [])),
    samples: Object.fromEntries(samples),
  };
}

export const fairnessScenario: Scenario = { name: 'fairness', title: 'latency beside an endless stream', run };
