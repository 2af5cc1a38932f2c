// Memory of the store for each key.

import { setTimeout } from 'node:timers/promises';

import type { Peer, Scenario, Session } from './benchmark.js';
import { compare } from './comparison.js';
import { KV, REDIS } from './kv-peers.js';
import { SET_KEY, VALUE, assertKeys, fill } from './keyspace.js';
import { type ProcessMemory, memoryOf } from './process-usage.js';
import { formatNumber, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, ratioOf, spreadOf } from './rounds.js';
import { type Store, withStore } from './store.js';
import { type Verdict, atMost, judge } from './target.js';

/**
 * A store compiles code and makes room for its connections and its garbage with the first requests, which is not the price
 * of a key. So a few keys are written again and again before the first look at its memory.
 */
const WARMUP_KEYS = 100;
const WARMUP_TIMES = 1000;

/** Time for the store to tidy up before its memory is read. */
const HOLD_MS = 1000;

/** More rounds than this add little: the same keys come to nearly the same memory each time. */
const MAX_ROUNDS = 3;

const RATIO_LIMIT = 1.3;

interface KeysSample {
  readonly bytesPerKey: number;
  readonly before: ProcessMemory;
  readonly after: ProcessMemory;
}

const bytesPerKey = (sample: KeysSample): number => sample.bytesPerKey;

async function measureKeys({ client, pid }: Store, keys: number): Promise<KeysSample> {
  for (let time = 0; time < WARMUP_TIMES; time++) await fill(client, SET_KEY, WARMUP_KEYS);
  await setTimeout(HOLD_MS);
  const before = memoryOf(pid);
  await fill(client, SET_KEY, keys);
  await assertKeys(client, keys);
  await setTimeout(HOLD_MS);
  const after = memoryOf(pid);
  return { bytesPerKey: (after.anonymousBytes - before.anonymousBytes) / (keys - WARMUP_KEYS), before, after };
}

/** A store is started for each measurement: one that has held other keys would have room left. */
function measure({ options, cores, peers }: Session): Promise<Samples<KeysSample>> {
  const unstarted = peers.map((peer) => ({ peer }));
  const rounds = Math.min(options.rounds, MAX_ROUNDS);
  return alternate(unstarted, rounds, ({ peer }) => withStore(peer, cores, (store) => measureKeys(store, options.keys)));
}

function verdictsFor(samples: Samples<KeysSample>, peer: Peer): Verdict[] {
  const measured = ratioOf(samples, peer.name, REDIS, bytesPerKey);
  if (measured === undefined || peer.name !== KV) return [];
  return [judge(`memory: bytes per key of ${KV} ÷ ${REDIS}`, measured, atMost(RATIO_LIMIT))];
}

function row(samples: Samples<KeysSample>, peer: Peer): string[] {
  const ratio = ratioOf(samples, peer.name, REDIS, bytesPerKey);
  const megabytes = (figure: (sample: KeysSample) => number): string =>
    formatNumber(spreadOf(samples, peer.name, figure).median / 2 ** 20);
  return [
    peer.title,
    formatNumber(spreadOf(samples, peer.name, bytesPerKey).median),
    formatRange(spreadOf(samples, peer.name, bytesPerKey)),
    ratio === undefined ? '–' : formatVerdict(ratio, verdictsFor(samples, peer)[0]),
    megabytes((sample) => sample.before.anonymousBytes),
    megabytes((sample) => sample.after.anonymousBytes),
    megabytes((sample) => sample.before.residentBytes),
    megabytes((sample) => sample.after.residentBytes),
  ];
}

/** The memory of one key, in a store of its own for each measurement. */
export const keyMemoryScenario: Scenario = compare({
  name: 'memory',
  title: `memory of a key of 16 B with a value of ${VALUE.length} B`,
  columns: ['store', 'bytes/key', 'rounds', '÷ redis', 'anonymous MB before', 'after', 'resident MB before', 'after'],
  measure,
  row,
  verdicts: verdictsFor,
  notes: () => [],
});
