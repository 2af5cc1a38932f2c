// How long requests take at the worst while the store writes a snapshot, against the same store while it does not.

import { setTimeout } from 'node:timers/promises';

import type { Peer, Scenario, Session } from './benchmark.js';
import { compare } from './comparison.js';
import { withLoggedStores } from './kv-folders.js';
import { KV } from './kv-peers.js';
import { SET_KEY, assertKeys, fill } from './keyspace.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, spreadOf } from './rounds.js';
import type { Store } from './store.js';
import type { StoreClient } from './store-client.js';
import { type SteadySample, latenessNotes, loadSteadily } from './store-load.js';
import { type Spread, ratioSpread } from './statistics.js';
import { type Verdict, atMost, judge } from './target.js';
import { diskNotes, settleDisk } from './temporary-folder.js';

/** Of each measurement, whatever --seconds says: there must be time for some snapshots. */
const SECONDS = 10;
const WARMUP_SECONDS = 1;

/** As in the other latencies: a sixth of what a store can do. */
const RATE = 20_000;

const P999_LIMIT = 1.5;

/** A store that is still writing one says so, and is asked again. */
const ASK_AGAIN_MS = 50;
const UNDER_WAY = 'in progress';

const COLUMNS = [
  'store', 'p99.9 µs without', 'with', 'rounds', 'with ÷ without', 'rounds', 'p50 µs without', 'with', 'p99 µs without', 'with',
  'longest ms without', 'with', 'server CPU without', 'with', 'snapshots',
];

/** One store, first alone and then while it writes snapshots, or the other way about. */
interface PairSample {
  readonly without: SteadySample;
  readonly during: SteadySample;
  /** That were begun. */
  readonly snapshots: number;
}

/** Whether it is done, or begun; not while another one is under way. */
async function begins(client: StoreClient, command: 'BGSAVE' | 'SAVE'): Promise<boolean> {
  try {
    await client.call(command);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes(UNDER_WAY)) return false;
    throw error;
  }
}

/** Begins one snapshot after the other, and returns how many. */
async function keepSaving(client: StoreClient, ended: AbortSignal): Promise<number> {
  let begun = 0;
  while (!ended.aborted) {
    if (await begins(client, 'BGSAVE')) begun++;
    await setTimeout(ASK_AGAIN_MS);
  }
  return begun;
}

/** SAVE, too, is refused while one is being written, or takes its place: afterwards there is none. */
async function endSaving(client: StoreClient): Promise<void> {
  while (!(await begins(client, 'SAVE'))) await setTimeout(ASK_AGAIN_MS);
}

function load({ cores, options: { keys } }: Session, store: Store): Promise<SteadySample> {
  return loadSteadily(store, cores, { rate: RATE, keys, growth: 0, warmupSeconds: WARMUP_SECONDS, seconds: SECONDS });
}

async function measureAlone(session: Session, store: Store): Promise<SteadySample> {
  await settleDisk(session.options.folder);
  return load(session, store);
}

async function measureWhileSaving(session: Session, store: Store): Promise<Pick<PairSample, 'during' | 'snapshots'>> {
  await settleDisk(session.options.folder);
  const ended = new AbortController();
  const loading = load(session, store).finally(() => ended.abort());
  const [during, snapshots] = await Promise.all([loading, keepSaving(store.client, ended.signal)]);
  await endSaving(store.client);
  return { during, snapshots };
}

async function measurePair(session: Session, store: Store, isReversed: boolean): Promise<PairSample> {
  if (!isReversed) {
    const without = await measureAlone(session, store);
    return { without, ...(await measureWhileSaving(session, store)) };
  }
  const saving = await measureWhileSaving(session, store);
  return { without: await measureAlone(session, store), ...saving };
}

/** What comes first changes with each round. */
function measure(session: Session): Promise<Samples<PairSample>> {
  const { keys, rounds } = session.options;
  return withLoggedStores(session, 'everysec', async (stores) => {
    for (const { client } of stores) {
      await fill(client, SET_KEY, keys);
      await assertKeys(client, keys);
    }
    let measured = 0;
    const isReversed = (): boolean => Math.floor(measured++ / stores.length) % 2 === 1;
    return alternate(stores, rounds, (store) => measurePair(session, store, isReversed()));
  });
}

const p999Us = (sample: SteadySample): number => sample.p999Us;

function ratioFor(samples: Samples<PairSample>, { name }: Peer): Spread {
  const pairs = samples.get(name)!;
  return ratioSpread(pairs.map(({ during }) => p999Us(during)), pairs.map(({ without }) => p999Us(without)));
}

/** Redis stands beside for comparison: what is asked is asked of ours alone. */
function verdictsFor(samples: Samples<PairSample>, peer: Peer): Verdict[] {
  if (peer.name !== KV) return [];
  return [judge(`snapshot: p99.9 of ${KV} during one ÷ without`, ratioFor(samples, peer), atMost(P999_LIMIT))];
}

function row(samples: Samples<PairSample>, peer: Peer): string[] {
  const median = (figure: (pair: PairSample) => number): number => spreadOf(samples, peer.name, figure).median;
  const both = (figure: (sample: SteadySample) => number, format = formatNumber): string[] =>
    [median(({ without }) => figure(without)), median(({ during }) => figure(during))].map(format);
  const ratio = ratioFor(samples, peer);
  return [
    peer.title,
    ...both(p999Us),
    formatRange(spreadOf(samples, peer.name, ({ during }) => p999Us(during))),
    formatVerdict(ratio, verdictsFor(samples, peer)[0]),
    formatRange(ratio),
    ...both((sample) => sample.p50Us),
    ...both((sample) => sample.p99Us),
    ...both((sample) => sample.longestUs / 1000),
    ...both((sample) => sample.serverCpuShare, formatPercent),
    formatNumber(median(({ snapshots }) => snapshots)),
  ];
}

function notesOn(samples: Samples<PairSample>, { keys, folder }: Session['options']): string[] {
  const all = [...samples.values()].flat().flatMap(({ without, during }) => [without, during]);
  return [`snapshots of ${keys.toLocaleString('en')} keys, one after the other`, ...diskNotes(folder), ...latenessNotes(all)];
}

export const snapshotScenario: Scenario = {
  ...compare({
    name: 'snapshot',
    title: `p99.9 of ${RATE.toLocaleString('en')} GET and SET a second while snapshots are written`,
    columns: COLUMNS,
    measure,
    row,
    verdicts: verdictsFor,
    notes: (samples, { options }) => notesOn(samples, options),
  }),
  keys: { usual: 1_000_000, quick: 1_000_000 },
};
