// Requests of one command for a second of the server's CPU time, alone and in pipelines, as a ratio to Redis.

import { setTimeout } from 'node:timers/promises';

import type { Peer, Scenario, ScenarioReport, Session } from './benchmark.js';
import { LIST, type StoreCommand } from './kv-commands.js';
import { KV, REDIS } from './kv-peers.js';
import { VALUE, assertKeys, fill } from './keyspace.js';
import { disturbanceNotes } from './measure.js';
import { CLIENTS, type StoreSample, measureStore, requireRedisBenchmark } from './redis-benchmark.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, ratioOf, spreadOf } from './rounds.js';
import { type Store, withStores } from './store.js';
import { encode } from './store-client.js';
import { type Verdict, atLeast, atMost, judge } from './target.js';

const COMPARED = ['store', 'CPU µs/req', 'rounds', 'req/CPU s ÷ redis', 'rounds'];
const OBSERVED = ['req/s', '÷ redis', 'p50 µs', '÷ redis', 'p99.9 µs', '÷ redis', 'server CPU', 'load CPU'];

const P999_LIMIT = 1.5;

/** redis-benchmark is told a number of requests and not a time: the first one, and the bounds of those that follow. */
const FIRST_REQUESTS = 20_000;
const FEWEST_REQUESTS = 2_000;
const MOST_REQUESTS = 5_000_000;

/** Elements that one command puts into a list. */
const PUSHED_AT_ONCE = 100;

/** For a store that goes on freeing the old list after it has answered. */
const SETTLE_MS = 200;

type Figure = (sample: StoreSample) => number;

const cpuUs: Figure = (sample) => sample.serverCpuNsPerRequest / 1000;
const perCpuSecond: Figure = (sample) => 1e9 / sample.serverCpuNsPerRequest;
const perSecond: Figure = (sample) => sample.requestsPerSecond;
const p50Us: Figure = (sample) => sample.p50Us;
const p999Us: Figure = (sample) => sample.p999Us;

/** What was measured at one depth of pipeline. */
interface Depth {
  readonly pipeline: number;
  readonly samples: Samples<StoreSample>;
}

async function renewList({ client }: Store, elements: number): Promise<void> {
  await client.call('DEL', LIST);
  const command = Buffer.from(encode(['LPUSH', LIST, ...Array.from({ length: PUSHED_AT_ONCE }, () => VALUE)]));
  const commands = Math.ceil(elements / PUSHED_AT_ONCE);
  if (commands > 0) await client.pour(Array.from({ length: commands }, () => command), commands);
  await setTimeout(SETTLE_MS);
}

/** As many requests as the store answers in that time, going by its last measurement, in whole pipelines. */
function requestsFor(seconds: number, lastRate: number | undefined, pipeline: number): number {
  const wished = lastRate === undefined ? FIRST_REQUESTS : Math.min(Math.max(lastRate * seconds, FEWEST_REQUESTS), MOST_REQUESTS);
  return Math.ceil(wished / pipeline) * pipeline;
}

/** Each store is warmed up twice: the first time shows how fast it is, the second one lasts as long as it should. */
async function measureDepth({ options, cores }: Session, stores: readonly Store[], command: StoreCommand, pipeline: number): Promise<Depth> {
  const rates = new Map<Store, number>();
  const measure = async (store: Store, seconds: number): Promise<StoreSample> => {
    const requests = requestsFor(seconds, rates.get(store), pipeline);
    if (command.elements !== undefined) await renewList(store, command.elements(requests));
    const sample = await measureStore(store, cores, { request: command.request, requests, pipeline, keys: options.keys });
    rates.set(store, sample.requestsPerSecond);
    return sample;
  };
  await alternate(stores, 2, (store) => measure(store, options.warmupSeconds));
  return { pipeline, samples: await alternate(stores, options.rounds, (store) => measure(store, options.seconds)) };
}

async function stockUp({ client }: Store, { stock }: StoreCommand, keys: number): Promise<void> {
  for (const [index, command] of stock.entries()) {
    await fill(client, command, keys);
    if (index === 0) await assertKeys(client, keys);
  }
}

function measure(session: Session, command: StoreCommand): Promise<readonly Depth[]> {
  const { options, cores, peers } = session;
  return withStores(peers, cores, async (stores) => {
    for (const store of stores) await stockUp(store, command, options.keys);
    const depths: Depth[] = [];
    for (const pipeline of options.pipelines) depths.push(await measureDepth(session, stores, command, pipeline));
    return depths;
  });
}

interface Judged {
  readonly rate: Verdict;
  readonly p999: Verdict;
}

function judgedOf({ samples, pipeline }: Depth, { name, limits }: StoreCommand, peer: Peer): Judged | undefined {
  const rate = ratioOf(samples, peer.name, REDIS, perCpuSecond);
  const p999 = ratioOf(samples, peer.name, REDIS, p999Us);
  if (peer.name !== KV || rate === undefined || p999 === undefined) return undefined;
  const what = `${name}, ${pipeline} at a time`;
  return {
    rate: judge(`${what}: requests per CPU time of ${KV} ÷ ${REDIS}`, rate, atLeast(pipeline === 1 ? limits.single : limits.pipelined)),
    p999: judge(`${what}: p99.9 of ${KV} ÷ ${REDIS}`, p999, atMost(P999_LIMIT)),
  };
}

function row(depth: Depth, command: StoreCommand, peer: Peer): string[] {
  const { samples, pipeline } = depth;
  const judged = judgedOf(depth, command, peer);
  const median = (figure: Figure): number => spreadOf(samples, peer.name, figure).median;
  const ratio = (figure: Figure, verdict?: Verdict): string => {
    const measured = ratioOf(samples, peer.name, REDIS, figure);
    return measured === undefined ? '–' : formatVerdict(measured, verdict);
  };
  const rate = ratioOf(samples, peer.name, REDIS, perCpuSecond);
  return [
    `${String(pipeline).padStart(3)} at a time: ${peer.title}`,
    formatNumber(median(cpuUs)),
    formatRange(spreadOf(samples, peer.name, cpuUs)),
    ratio(perCpuSecond, judged?.rate),
    rate === undefined ? '–' : formatRange(rate),
    Math.round(median(perSecond)).toLocaleString('en'),
    ratio(perSecond),
    formatNumber(median(p50Us)),
    ratio(p50Us),
    formatNumber(median(p999Us)),
    ratio(p999Us, judged?.p999),
    formatPercent(median((sample) => sample.serverCpuShare)),
    formatPercent(median((sample) => sample.loadCpuShare)),
  ];
}

/** The samples of a store, those of each depth after the other. */
function samplesOf(depths: readonly Depth[], { name }: Peer): readonly object[] {
  return depths.flatMap(({ pipeline, samples }) => samples.get(name)!.map((sample) => ({ pipeline, ...sample })));
}

async function run(session: Session, command: StoreCommand, name: string): Promise<ScenarioReport> {
  requireRedisBenchmark();
  const { options, peers } = session;
  const depths = await measure(session, command);
  const judged = depths.flatMap((depth) => peers.flatMap((peer) => judgedOf(depth, command, peer) ?? []));
  return {
    name,
    title: `${command.name} beside ${options.keys.toLocaleString('en')} keys, ${CLIENTS} clients, values of ${VALUE.length} B`,
    columns: [...COMPARED, ...OBSERVED],
    rows: depths.flatMap((depth) => peers.map((peer) => row(depth, command, peer))),
    notes: disturbanceNotes(depths.flatMap(({ samples }) => [...samples.values()].flat())),
    verdicts: judged.flatMap(({ rate, p999 }) => [rate, p999]),
    samples: Object.fromEntries(peers.map((peer) => [peer.name, samplesOf(depths, peer)])),
  };
}

/** All the stores run one command, alone and in pipelines, on what fills them. */
export function throughputScenario(command: StoreCommand): Scenario {
  const name = command.name.toLowerCase();
  return { name, title: `CPU, rate and latency of ${command.name}`, run: (session) => run(session, command, name) };
}
