// User-space memory of the server for each idle connection.

import type { Scenario, ScenarioReport, Session, Verdict } from './benchmark.js';
import { descriptorLimit } from './machine.js';
import { type IdleSample, measureIdle } from './measure.js';
import type { Peer } from './peers.js';
import { formatNumber, formatVerdict } from './report.js';
import { type Server, withServers } from './server.js';
import { type Spread, spread } from './statistics.js';

const CONNECTIONS = 15_000;

/** What a server may need beside its connections. */
const OTHER_DESCRIPTORS = 200;

/** Time for the server to tidy up before its memory is read. */
const HOLD_SECONDS = 3;

const BYTES_LIMIT = 1000;

const MEASURED: readonly string[] = ['c-epoll', 'c-poll', 'edgeloop-edge', 'node-net', 'bun'];

function perConnection(sample: IdleSample): Spread {
  return spread([sample.bytesPerConnection]);
}

function verdictFor(peer: Peer, sample: IdleSample): Verdict | undefined {
  if (!peer.name.startsWith('edgeloop')) return undefined;
  const measured = perConnection(sample);
  const what = `idle: bytes per connection of ${peer.name}`;
  return { what, measured, limit: BYTES_LIMIT, met: measured.median <= BYTES_LIMIT };
}

function row(peer: Peer, sample: IdleSample): string[] {
  const megabytes = (bytes: number): string => formatNumber(bytes / 2 ** 20);
  return [
    peer.title,
    formatVerdict(perConnection(sample), verdictFor(peer, sample)),
    megabytes(sample.anonymousBytesBefore),
    megabytes(sample.anonymousBytesAfter),
    megabytes(sample.residentBytesBefore),
    megabytes(sample.residentBytesAfter),
  ];
}

/** Each server is started for this alone: a heap that has been through another load would have room left. */
async function measure(session: Session, peers: readonly Peer[], connections: number): Promise<[Peer, IdleSample][]> {
  const samples: [Peer, IdleSample][] = [];
  for (const peer of peers) {
    await withServers([peer], session.cores, async (servers) => {
      const measureOne = (server: Server) => measureIdle(server, session.cores, connections, HOLD_SECONDS);
      for (const server of servers) samples.push([peer, await measureOne(server)]);
    });
  }
  return samples;
}

async function run(session: Session): Promise<ScenarioReport> {
  const connections = Math.min(CONNECTIONS, descriptorLimit() - OTHER_DESCRIPTORS);
  const peers = session.peers.filter((peer) => MEASURED.includes(peer.name));
  const samples = await measure(session, peers, connections);
  return {
    name: 'idle',
    title: `${connections.toLocaleString('en')} idle connections, each after one message: user-space memory`,
    columns: ['server', 'bytes/connection', 'anonymous MB before', 'after', 'resident MB before', 'after'],
    rows: samples.map(([peer, sample]) => row(peer, sample)),
    notes: [],
    verdicts: samples.flatMap(([peer, sample]) => verdictFor(peer, sample) ?? []),
    samples: Object.fromEntries(samples.map(([peer, sample]) => [peer.name, [sample]])),
  };
}

export const memoryScenario: Scenario = { name: 'idle', title: 'memory of idle connections', run };
