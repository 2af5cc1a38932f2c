// Requests of one command for a second of the server's CPU time, alone and in pipelines, as a ratio to Redis.

import { setTimeout } from 'node:timers/promises';

import type { Peer, Scenario, ScenarioReport, Session } from './benchmark.js';
import { LIST, type StoreCommand } from './kv-commands.js';
import { REDIS } from './kv-peers.js';
import { type Criteria, type Figure, cpuUs, judgedFigures, p50Us, p99Us, p999Us, perCpuSecond, perSecond } from './kv-throughput-figures.js';
import { VALUE, assertKeys, fill } from './keyspace.js';
import { type StoreSample, measureStore, requireRedisBenchmark } from './redis-benchmark.js';
import { formatNumber, formatPercent, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, ratioOf, spreadOf } from './rounds.js';
import type { Store } from './store.js';
import { encode } from './store-client.js';

const COMPARED = ['store', 'CPU µs/req', 'rounds', 'req/CPU s ÷ redis', 'rounds'];
const OBSERVED = ['req/s', '÷ redis', 'rounds', 'p50 µs', '÷ redis', 'p99 µs', '÷ redis', 'p99.9 µs', '÷ redis', 'server CPU', 'load CPU'];

/** redis-benchmark is told a number of requests and not a time: the first one, and the bounds of those that follow. */
const FIRST_REQUESTS = 20_000;
const FEWEST_REQUESTS = 2_000;
const MOST_REQUESTS = 5_000_000;

/** Elements that one command puts into a list. */
const PUSHED_AT_ONCE = 100;

/** For a store that goes on freeing the old list after it has answered. */
const SETTLE_MS = 200;

/** One command on stores of one kind. */
export interface Throughput {
  readonly name: string;
  readonly command: StoreCommand;
  /** What is to be said of the stores behind the command. */
  readonly circumstances: string;
  /** How many clients ask at once: each number in turn. */
  readonly clients: readonly number[];
  /** Starts the stores, runs the body and stops them. */
  readonly withStores: <T>(session: Session, body: (stores: readonly Store[]) => Promise<T>) => Promise<T>;
  /** Has what earlier measurements have left behind done with. */
  readonly settle: (session: Session) => Promise<void>;
  /** What is asked of ours. */
  readonly criteria: (pipeline: number) => Criteria;
  readonly notes: (session: Session, samples: readonly StoreSample[]) => string[];
}

interface Depth {
  readonly clients: number;
  readonly pipeline: number;
}

/** What was measured at one depth. */
interface Measured {
  readonly depth: Depth;
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
async function measureDepth(session: Session, stores: readonly Store[], { command, settle }: Throughput, depth: Depth): Promise<Measured> {
  const { options, cores } = session;
  const rates = new Map<Store, number>();
  const measure = async (store: Store, seconds: number): Promise<StoreSample> => {
    const requests = requestsFor(seconds, rates.get(store), depth.pipeline);
    if (command.elements !== undefined) await renewList(store, command.elements(requests));
    await settle(session);
    const sample = await measureStore(store, cores, { ...depth, request: command.request, requests, keys: options.keys });
    rates.set(store, sample.requestsPerSecond);
    return sample;
  };
  await alternate(stores, 2, (store) => measure(store, options.warmupSeconds));
  return { depth, samples: await alternate(stores, options.rounds, (store) => measure(store, options.seconds)) };
}

async function stockUp({ client }: Store, { stock }: StoreCommand, keys: number): Promise<void> {
  for (const [index, command] of stock.entries()) {
    await fill(client, command, keys);
    if (index === 0) await assertKeys(client, keys);
  }
}

function measure(session: Session, throughput: Throughput): Promise<readonly Measured[]> {
  const { keys, pipelines } = session.options;
  const depths = throughput.clients.flatMap((clients) => pipelines.map((pipeline) => ({ clients, pipeline })));
  return throughput.withStores(session, async (stores) => {
    for (const store of stores) await stockUp(store, throughput.command, keys);
    const measured: Measured[] = [];
    for (const depth of depths) measured.push(await measureDepth(session, stores, throughput, depth));
    return measured;
  });
}

function depthOf({ clients: all }: Throughput, { clients, pipeline }: Depth): string {
  return `${all.length > 1 ? `${String(clients).padStart(3)} clients, ` : ''}${String(pipeline).padStart(3)} at a time`;
}

function judged({ depth, samples }: Measured, throughput: Throughput, peer: Peer): ReturnType<typeof judgedFigures> {
  const what = `${throughput.name}, ${depthOf(throughput, depth).trim()}`;
  return judgedFigures(samples, peer, what, throughput.criteria(depth.pipeline));
}

function row(measured: Measured, throughput: Throughput, peer: Peer): string[] {
  const { depth, samples } = measured;
  const verdicts = judged(measured, throughput, peer);
  const median = (figure: Figure): number => spreadOf(samples, peer.name, figure).median;
  const ratios = (figure: Figure): [ratio: string, rounds: string] => {
    const ratio = ratioOf(samples, peer.name, REDIS, figure);
    return ratio === undefined ? ['–', '–'] : [formatVerdict(ratio, verdicts.get(figure)), formatRange(ratio)];
  };
  const latency = (figure: Figure): string[] => [formatNumber(median(figure)), ratios(figure)[0]];
  return [
    `${depthOf(throughput, depth)}: ${peer.title}`,
    formatNumber(median(cpuUs)),
    formatRange(spreadOf(samples, peer.name, cpuUs)),
    ...ratios(perCpuSecond),
    Math.round(median(perSecond)).toLocaleString('en'),
    ...ratios(perSecond),
    ...[p50Us, p99Us, p999Us].flatMap(latency),
    formatPercent(median((sample) => sample.serverCpuShare)),
    formatPercent(median((sample) => sample.loadCpuShare)),
  ];
}

/** The samples of a store, those of each depth after the other. */
function samplesOf(measured: readonly Measured[], { name }: Peer): readonly object[] {
  return measured.flatMap(({ depth, samples }) => samples.get(name)!.map((sample) => ({ ...depth, ...sample })));
}

function titleOf({ command, circumstances, clients }: Throughput, keys: number): string {
  return `${command.name} beside ${keys.toLocaleString('en')} keys${circumstances}, ${clients.join(' and ')} clients, values of ${VALUE.length} B`;
}

async function run(session: Session, throughput: Throughput): Promise<ScenarioReport> {
  requireRedisBenchmark();
  const { options, peers } = session;
  const measured = await measure(session, throughput);
  return {
    name: throughput.name,
    title: titleOf(throughput, options.keys),
    columns: [...COMPARED, ...OBSERVED],
    rows: measured.flatMap((one) => peers.map((peer) => row(one, throughput, peer))),
    notes: throughput.notes(session, measured.flatMap(({ samples }) => [...samples.values()].flat())),
    verdicts: measured.flatMap((one) => peers.flatMap((peer) => [...judged(one, throughput, peer).values()])),
    samples: Object.fromEntries(peers.map((peer) => [peer.name, samplesOf(measured, peer)])),
  };
}

/** All the stores run one command, alone and in pipelines, on what fills them. */
export function throughputScenario(throughput: Throughput): Scenario {
  const { name, command, circumstances } = throughput;
  return { name, title: `CPU, rate and latency of ${command.name}${circumstances}`, run: (session) => run(session, throughput) };
}
