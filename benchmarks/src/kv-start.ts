// How long a store takes from its start to its first answer, with a log to run again and with a snapshot to load.

import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Peer, Scenario, ScenarioReport, Session } from './benchmark.js';
import { folderOf, withFolders } from './kv-folders.js';
import { KV, REDIS, withLog, withSnapshot } from './kv-peers.js';
import { SET_KEY, VALUE, assertKeys, fill } from './keyspace.js';
import { cpuSecondsOf, memoryOf } from './process-usage.js';
import { formatNumber, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, ratioOf, spreadOf } from './rounds.js';
import { type Store, startStore, withStore } from './store.js';
import { type Verdict, atLeast, judge } from './target.js';
import { bytesOf, diskNotes, settleDisk, warmUp } from './temporary-folder.js';

/** More rounds add little: the same bytes are read each time. */
const MAX_ROUNDS = 3;

/** For a start that takes as long as it may: a store that needs more than this for five million keys has failed. */
const PATIENCE_MS = 300_000;

/** Where Redis keeps its logs, below its folder. */
const REDIS_LOGS = 'appendonlydir';

const COLUMNS = ['from', 'seconds', 'rounds', 'redis ÷ it', 'rounds', 'keys/s', 'CPU s', 'resident MB', 'MB on disk'];

/** What a store starts from, and how it is started from that. */
interface Source {
  readonly name: string;
  readonly open: (peer: Peer, folder: string) => Peer;
}

/** With `no`, so that what is measured is reading. */
const LOG: Source = { name: 'log', open: (peer, folder) => withLog(peer, folder, 'no') };
const SNAPSHOT: Source = { name: 'snapshot', open: withSnapshot };

interface StartSample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly folderBytes: number;
}

type Measured = readonly [Source, Samples<StartSample>];

const secondsOf = (sample: StartSample): number => sample.seconds;
const rateOf = (sample: StartSample): number => 1 / sample.seconds;

/** All keys in a log. */
async function writeLog(store: Store, keys: number): Promise<void> {
  await fill(store.client, SET_KEY, keys);
  await assertKeys(store.client, keys);
}

async function save({ client }: Store, keys: number): Promise<void> {
  await assertKeys(client, keys);
  await client.call('SAVE');
}

/** The snapshot takes the place of the log. Ours sees to that itself; Redis leaves both, and here is told not to have a log any more. */
async function replaceLog({ cores, options: { keys } }: Session, peer: Peer, folder: string): Promise<void> {
  await withStore(LOG.open(peer, folder), cores, (store) => save(store, keys), PATIENCE_MS);
  rmSync(join(folder, REDIS_LOGS), { recursive: true, force: true });
}

/** A store that has more to tell than that it is there would be measured at something else. */
async function measureStart({ cores, options }: Session, { open }: Source, peer: Peer, folder: string): Promise<StartSample> {
  await settleDisk(folder);
  await warmUp(folder);
  const began = performance.now();
  const store = await startStore(open(peer, folder), cores, PATIENCE_MS);
  try {
    await assertKeys(store.client, options.keys);
    const seconds = (performance.now() - began) / 1000;
    const { residentBytes } = memoryOf(store.pid);
    return { seconds, cpuSeconds: cpuSecondsOf(store.pid), residentBytes, folderBytes: bytesOf(folder) };
  } finally {
    await store.stop();
  }
}

async function measureSource(session: Session, source: Source, parent: string): Promise<Measured> {
  const { peers, options } = session;
  const unstarted = peers.map((peer) => ({ peer }));
  const rounds = Math.min(options.rounds, MAX_ROUNDS);
  return [source, await alternate(unstarted, rounds, ({ peer }) => measureStart(session, source, peer, folderOf(parent, peer)))];
}

/** The snapshots are made of what the logs have, and so they hold the same. */
function measure(session: Session): Promise<readonly Measured[]> {
  const { peers, cores, options: { keys } } = session;
  return withFolders(session, async (parent) => {
    for (const peer of peers) await withStore(LOG.open(peer, folderOf(parent, peer)), cores, (store) => writeLog(store, keys));
    const fromLog = await measureSource(session, LOG, parent);
    for (const peer of peers) await replaceLog(session, peer, folderOf(parent, peer));
    return [fromLog, await measureSource(session, SNAPSHOT, parent)];
  });
}

function verdictOf([{ name }, samples]: Measured, peer: Peer): Verdict | undefined {
  const ratio = ratioOf(samples, peer.name, REDIS, rateOf);
  if (ratio === undefined || peer.name !== KV) return undefined;
  return judge(`start from a ${name}: time of ${REDIS} ÷ that of ${KV}`, ratio, atLeast(1));
}

function row(measured: Measured, peer: Peer, keys: number): string[] {
  const [{ name }, samples] = measured;
  const median = (figure: (sample: StartSample) => number): number => spreadOf(samples, peer.name, figure).median;
  const ratio = ratioOf(samples, peer.name, REDIS, rateOf);
  return [
    `${name}: ${peer.title}`,
    formatNumber(median(secondsOf)),
    formatRange(spreadOf(samples, peer.name, secondsOf)),
    ratio === undefined ? '–' : formatVerdict(ratio, verdictOf(measured, peer)),
    ratio === undefined ? '–' : formatRange(ratio),
    Math.round(keys * median(rateOf)).toLocaleString('en'),
    formatNumber(median((sample) => sample.cpuSeconds)),
    formatNumber(median((sample) => sample.residentBytes / 2 ** 20)),
    formatNumber(median((sample) => sample.folderBytes / 2 ** 20)),
  ];
}

async function run(session: Session): Promise<ScenarioReport> {
  const { options: { keys, folder }, peers } = session;
  const measured = await measure(session);
  const samplesOf = ({ name }: Peer): readonly object[] =>
    measured.flatMap(([source, samples]) => samples.get(name)!.map((sample) => ({ source: source.name, ...sample })));
  return {
    name: 'start',
    title: `from the start to the first answer with ${keys.toLocaleString('en')} keys, values of ${VALUE.length} B`,
    columns: COLUMNS,
    rows: measured.flatMap((one) => peers.map((peer) => row(one, peer, keys))),
    notes: diskNotes(folder),
    verdicts: measured.flatMap((one) => peers.flatMap((peer) => verdictOf(one, peer) ?? [])),
    samples: Object.fromEntries(peers.map((peer) => [peer.name, samplesOf(peer)])),
  };
}

export const startScenario: Scenario = {
  name: 'start',
  title: 'time from the start to the first answer, from a log and from a snapshot',
  keys: { usual: 5_000_000, quick: 1_000_000 },
  run,
};
