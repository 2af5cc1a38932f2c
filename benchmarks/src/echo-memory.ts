// User-space memory of the server for each idle connection.

import type { Peer, Scenario, ScenarioReport, Session } from './benchmark.js';
import { descriptorLimit } from './machine.js';
import { type IdleSample, measureIdle } from './measure.js';
import { formatNumber, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, spreadOf } from './rounds.js';
import { startServer } from './server.js';
import type { Spread } from './statistics.js';
import { type Verdict, atMost, judge } from './target.js';

const CONNECTIONS = 15_000;

/** What a server may need beside its connections. */
const OTHER_DESCRIPTORS = 200;

/** Time for the server to tidy up before its memory is read. */
const HOLD_SECONDS = 2;

/** A heap grows in steps, so that two processes under the same load differ; more rounds than this add little. */
const MAX_ROUNDS = 3;

const BYTES_LIMIT = 1000;

const MEASURED: readonly string[] = ['c-epoll', 'c-poll', 'edgeloop-edge', 'node-net', 'bun'];

function perConnection(samples: Samples<IdleSample>, peer: Peer): Spread {
  return spreadOf(samples, peer.name, (sample) => sample.bytesPerConnection);
}

function verdictFor(samples: Samples<IdleSample>, peer: Peer): Verdict | undefined {
  if (!peer.name.startsWith('edgeloop')) return undefined;
  return judge(`idle: bytes per connection of ${peer.name}`, perConnection(samples, peer), atMost(BYTES_LIMIT));
}

function row(samples: Samples<IdleSample>, peer: Peer): string[] {
  const megabytes = (figure: (sample: IdleSample) => number): string =>
    formatNumber(spreadOf(samples, peer.name, figure).median / 2 ** 20);
  return [
    peer.title,
    formatVerdict(perConnection(samples, peer), verdictFor(samples, peer)),
    formatRange(perConnection(samples, peer)),
    megabytes((sample) => sample.anonymousBytesBefore),
    megabytes((sample) => sample.anonymousBytesAfter),
    megabytes((sample) => sample.residentBytesBefore),
    megabytes((sample) => sample.residentBytesAfter),
  ];
}

/** A server is started for each measurement: a heap that has been through another load would have room left. */
function measure(session: Session, peers: readonly Peer[], connections: number): Promise<Samples<IdleSample>> {
  const { options, cores } = session;
  const unstarted = peers.map((peer) => ({ peer }));
  return alternate(unstarted, Math.min(options.rounds, MAX_ROUNDS), async ({ peer }) => {
    const server = await startServer(peer, cores);
    try {
      return await measureIdle(server, cores, connections, HOLD_SECONDS);
    } finally {
      await server.stop();
    }
  });
}

async function run(session: Session): Promise<ScenarioReport> {
  const connections = Math.min(CONNECTIONS, descriptorLimit() - OTHER_DESCRIPTORS);
  const peers = session.peers.filter((peer) => MEASURED.includes(peer.name));
  const samples = await measure(session, peers, connections);
  return {
    name: 'idle',
    title: `${connections.toLocaleString('en')} idle connections, each after one message: user-space memory`,
    columns: ['server', 'bytes/connection', 'rounds', 'anonymous MB before', 'after', 'resident MB before', 'after'],
    rows: peers.map((peer) => row(samples, peer)),
    notes: [],
    verdicts: peers.flatMap((peer) => verdictFor(samples, peer) ?? []),
    samples: Object.fromEntries(samples),
  };
}

export const memoryScenario: Scenario = { name: 'idle', title: 'memory of idle connections', run };
