// How long a few requests take at the worst while the store has something else to do: nothing, growing, or expiring keys.

import { setTimeout } from 'node:timers/promises';

import type { Peer, Scenario, Session } from './benchmark.js';
import { compare } from './comparison.js';
import { type Command, NUMBER, SET_KEY, VALUE, assertKeys, fill, numbered } from './keyspace.js';
import { KV, REDIS } from './kv-peers.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, bestRatioOf, ratioOf, spreadOf } from './rounds.js';
import { type Store, withStore } from './store.js';
import type { StoreClient } from './store-client.js';
import { type SteadySample, latenessNotes, loadSteadily } from './store-load.js';
import { type Verdict, atMost, judge } from './target.js';

/** Of each measurement, whatever --seconds says: what the store is to do meanwhile must be the same. */
const SECONDS = 10;
const WARMUP_SECONDS = 1;

/** A sixth of what a store can do, so that who waits does so because of the other work. */
const RATE = 20_000;

const GROWTH = 300_000;

const EXPIRING = 1_000_000;
const EXPIRING_KEY = `expiring:${NUMBER}`;

/** Keys expire in so many steps, each at a millisecond of its own. */
const EXPIRING_STEPS = 1000;

/** Writing the keys that are to expire must be over before the first of them does. Where it is not, it gets twice the time. */
const FILL_MS = 5000;
const MOST_FILL_MS = 40_000;

/** After the measurement, for what a store has put off. */
const AFTERWARDS_MS = 500;

const P999_LIMIT = 1.5;

const COMPARED = ['store', 'p99.9 µs', 'rounds', '÷ redis', 'rounds', 'best ÷ best'];
const OBSERVED = ['p50 µs', 'p99 µs', 'longest ms', 'server CPU', 'keys added', 'keys after'];

interface LatencySample extends SteadySample {
  readonly keysAfter: number;
}

/** What the store has to do beside answering. */
interface Occupation {
  readonly name: string;
  readonly title: string;
  /** Keys that are added in a second. */
  readonly growth: number;
  /** Prepares what happens from the beginning of the measurement on, and resolves when that can begin. */
  readonly prepare: (client: StoreClient) => Promise<void>;
}

/** They expire evenly over a measurement that begins at this time. */
function* expiringKeys(fromMs: number): Generator<Buffer> {
  const perStep = EXPIRING / EXPIRING_STEPS;
  for (let step = 0; step < EXPIRING_STEPS; step++) {
    const at = fromMs + Math.round((step * SECONDS * 1000) / EXPIRING_STEPS);
    const command: Command = ['SET', EXPIRING_KEY, VALUE, 'PXAT', String(at)];
    yield* numbered(command, step * perStep, (step + 1) * perStep);
  }
}

async function writeExpiringKeys(client: StoreClient): Promise<void> {
  for (let fillMs = FILL_MS; fillMs <= MOST_FILL_MS; fillMs *= 2) {
    const loadAt = Date.now() + fillMs;
    await client.pour(expiringKeys(loadAt + WARMUP_SECONDS * 1000), EXPIRING);
    const leftMs = loadAt - Date.now();
    if (leftMs >= 0) return setTimeout(leftMs);
  }
  throw new Error(`the keys that are to expire were not written within ${MOST_FILL_MS} ms`);
}

async function measureOne(session: Session, store: Store, { prepare, growth }: Occupation): Promise<LatencySample> {
  const { client } = store;
  const { options: { keys }, cores } = session;
  await fill(client, SET_KEY, keys);
  await assertKeys(client, keys);
  await prepare(client);
  const report = await loadSteadily(store, cores, { rate: RATE, keys, growth, warmupSeconds: WARMUP_SECONDS, seconds: SECONDS });
  await setTimeout(AFTERWARDS_MS);
  return { ...report, keysAfter: Number(await client.call('DBSIZE')) };
}

/** A store is started for each measurement: growing is to begin with the same keys each time. */
function measure(session: Session, occupation: Occupation): Promise<Samples<LatencySample>> {
  const unstarted = session.peers.map((peer) => ({ peer }));
  const { options, cores } = session;
  return alternate(unstarted, options.rounds, ({ peer }) => withStore(peer, cores, (store) => measureOne(session, store, occupation)));
}

const p999Us = (sample: LatencySample): number => sample.p999Us;

function verdictsFor(samples: Samples<LatencySample>, scenario: string, peer: Peer): Verdict[] {
  const measured = ratioOf(samples, peer.name, REDIS, p999Us);
  if (measured === undefined || peer.name !== KV) return [];
  return [judge(`${scenario}: p99.9 of ${KV} ÷ ${REDIS}`, measured, atMost(P999_LIMIT))];
}

function row(samples: Samples<LatencySample>, scenario: string, peer: Peer): string[] {
  const best = bestRatioOf(samples, peer.name, REDIS, p999Us);
  const median = (figure: (sample: LatencySample) => number): number => spreadOf(samples, peer.name, figure).median;
  const ratio = ratioOf(samples, peer.name, REDIS, p999Us);
  return [
    peer.title,
    formatNumber(median(p999Us)),
    formatRange(spreadOf(samples, peer.name, p999Us)),
    ratio === undefined ? '–' : formatVerdict(ratio, verdictsFor(samples, scenario, peer)[0]),
    ratio === undefined ? '–' : formatRange(ratio),
    best === undefined ? '–' : formatNumber(best),
    formatNumber(median((sample) => sample.p50Us)),
    formatNumber(median((sample) => sample.p99Us)),
    formatNumber(median((sample) => sample.longestUs / 1000)),
    formatPercent(median((sample) => sample.serverCpuShare)),
    Math.round(median((sample) => sample.grown)).toLocaleString('en'),
    Math.round(median((sample) => sample.keysAfter)).toLocaleString('en'),
  ];
}

function latencyScenario(occupation: Occupation): Scenario {
  const { name, title } = occupation;
  return compare({
    name,
    title: `p99.9 of ${RATE.toLocaleString('en')} GET and SET a second ${title}`,
    columns: [...COMPARED, ...OBSERVED],
    measure: (session) => measure(session, occupation),
    row: (samples, peer) => row(samples, name, peer),
    verdicts: (samples, peer) => verdictsFor(samples, name, peer),
    notes: (samples) => latenessNotes([...samples.values()].flat()),
  });
}

const nothing = async (): Promise<void> => {};

export const latencyScenarios: readonly Scenario[] = [
  latencyScenario({ name: 'steady', title: 'and nothing else', growth: 0, prepare: nothing }),
  latencyScenario({ name: 'grow', title: `while ${(GROWTH * SECONDS).toLocaleString('en')} keys are added`, growth: GROWTH, prepare: nothing }),
  latencyScenario({ name: 'expire', title: `while ${EXPIRING.toLocaleString('en')} keys expire`, growth: 0, prepare: writeExpiringKeys }),
];
