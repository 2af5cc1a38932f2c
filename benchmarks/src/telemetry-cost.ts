// CPU time of the server for each echoed message with more and more telemetry, as a ratio to the same server without any.

import type { Peer, Scenario, Session } from './benchmark.js';
import { compare } from './comparison.js';
import { type BusySample, type Load, disturbanceNotes, measureBusy } from './measure.js';
import { whilePolling } from './polling.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, bestRatioOf, ratioOf, spreadOf } from './rounds.js';
import { type Server, startServer } from './server.js';
import { type Spread, spread } from './statistics.js';
import { type Verdict, atMost, judge } from './target.js';

/** The most CPU time of a message with all telemetry, as a multiple of that without any. */
const LIMIT = 1.03;

const COMPARED = ['server', 'CPU µs/msg', '÷ uncounted', 'rounds', 'best ÷ best', 'ns more', '÷ counted'];
const OBSERVED = ['msg/s', 'p50 µs', 'p99 µs', 'server CPU', 'load CPU'];

/** Lets the new connections settle. */
const SETTLE_SECONDS = 0.1;

/** Prometheus asks every 15 seconds or more seldom, the live page each second: so this is the page's rhythm for both. */
const POLL_MS = 1000;

/** So that the answers too are compiled before they are measured. */
const WARMUP_POLL_MS = 20;

const cpuUs = (sample: BusySample): number => sample.serverCpuNsPerMessage / 1000;

/** The server of the same host with other telemetry. Names are TELEMETRY-HOST. */
const counterpart = ({ name }: Peer, telemetry: string): string => name.replace(/^[^-]+/, telemetry);

function ratioTo(samples: Samples<BusySample>, peer: Peer, telemetry: string): Spread | undefined {
  return ratioOf(samples, peer.name, counterpart(peer, telemetry), cpuUs);
}

function verdictsFor(samples: Samples<BusySample>, scenario: string, peer: Peer): Verdict[] {
  const measured = ratioTo(samples, peer, 'uncounted');
  if (measured === undefined || peer.name !== counterpart(peer, 'operated')) return [];
  return [judge(`${scenario}: CPU of ${peer.name} ÷ ${counterpart(peer, 'uncounted')}`, measured, atMost(LIMIT))];
}

/** What a message costs more than without telemetry, which stays about the same where a plugin does more than echo. */
function nanosecondsMore(samples: Samples<BusySample>, peer: Peer): number | undefined {
  const bases = samples.get(counterpart(peer, 'uncounted'));
  const differences = bases?.map((base, round) => samples.get(peer.name)![round]!.serverCpuNsPerMessage - base.serverCpuNsPerMessage);
  return differences === undefined ? undefined : spread(differences).median;
}

/** The columns that set a server beside its counterparts. */
function costs(samples: Samples<BusySample>, scenario: string, peer: Peer): string[] {
  const toNothing = ratioTo(samples, peer, 'uncounted');
  const toCounting = ratioTo(samples, peer, 'counted');
  const best = bestRatioOf(samples, peer.name, counterpart(peer, 'uncounted'), cpuUs);
  const more = nanosecondsMore(samples, peer);
  return [
    toNothing === undefined ? '–' : formatVerdict(toNothing, verdictsFor(samples, scenario, peer)[0]),
    toNothing === undefined ? '–' : formatRange(toNothing),
    best === undefined ? '–' : formatNumber(best),
    more === undefined ? '–' : more.toFixed(0),
    toCounting === undefined ? '–' : formatNumber(toCounting.median),
  ];
}

function row(samples: Samples<BusySample>, scenario: string, peer: Peer): string[] {
  const median = (figure: (sample: BusySample) => number): number => spreadOf(samples, peer.name, figure).median;
  return [
    peer.title,
    formatNumber(median(cpuUs)),
    ...costs(samples, scenario, peer),
    Math.round(median((sample) => sample.messagesPerSecond)).toLocaleString('en'),
    formatNumber(median((sample) => sample.p50Us)),
    formatNumber(median((sample) => sample.p99Us)),
    formatPercent(median((sample) => sample.serverCpuShare)),
    formatPercent(median((sample) => sample.loadCpuShare)),
  ];
}

/** Servers that have an endpoint are polled at it while the body runs. */
function operated<T>({ greeting }: Server, periodMs: number, body: () => Promise<T>): Promise<T> {
  const endpoint = /telemetry at (http:\S+)/.exec(greeting)?.[1];
  return endpoint === undefined ? body() : whilePolling(endpoint, periodMs, body);
}

/**
 * A process is started for each measurement: two that run the same code differ by as much as is to be measured here, so the
 * median must be one of many. And the others, which are polled, must not be at work meanwhile.
 */
async function measureFresh({ cores, options }: Session, peer: Peer, load: Load): Promise<BusySample> {
  const server = await startServer(peer, cores);
  try {
    await operated(server, WARMUP_POLL_MS, () => measureBusy(server, cores, load, 0, options.warmupSeconds));
    return await operated(server, POLL_MS, () => measureBusy(server, cores, load, SETTLE_SECONDS, options.seconds));
  } finally {
    await server.stop();
  }
}

function measure(session: Session, load: Load): Promise<Samples<BusySample>> {
  const unstarted = session.peers.map((peer) => ({ peer }));
  return alternate(unstarted, session.options.rounds, ({ peer }) => measureFresh(session, peer, load));
}

/** One message alone leaves each side waiting for the other, so that what was disturbed does not show in their shares. */
function notesOn(samples: Samples<BusySample>, { connections, depth }: Load): string[] {
  return connections * depth === 1 ? [] : disturbanceNotes([...samples.values()].flat());
}

/** A scenario that compares the CPU time of one server with more and more telemetry under one load. */
export function costScenario(name: string, title: string, load: Load): Scenario {
  return compare({
    name,
    title,
    columns: [...COMPARED, ...OBSERVED],
    measure: (session) => measure(session, load),
    row: (samples, peer) => row(samples, name, peer),
    verdicts: (samples, peer) => verdictsFor(samples, name, peer),
    notes: (samples) => notesOn(samples, load),
  });
}
