// The timers benchmark: arming, cancelling and pushing back timers while a million are pending, against Node's own.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Benchmark, Peer, Scenario } from './benchmark.js';
import { compare } from './comparison.js';
import { paths } from './paths.js';
import { formatNumber, formatRange, formatVerdict } from './report.js';
import { type Samples, alternate, ratioOf, spreadOf } from './rounds.js';
import { type Verdict, atMost, judge } from './target.js';

const execute = promisify(execFile);

/** A process takes a few seconds; this is for one that hangs. */
const TIMEOUT_MS = 120_000;

const EDGELOOP = 'edgeloop';
const NODE = 'node';

/** The most CPU time of an operation of edgeloop's, as a multiple of Node's. */
const RATIO_LIMIT = 0.33;

/** The scenarios that the limit is for. Pushing back reads the clock each time, which Node does not. */
const JUDGED: ReadonlySet<string> = new Set(['same-delay', 'mixed', 'replace']);

interface TimerSample {
  readonly pending: number;
  readonly operations: number;
  /** CPU time, here and below: to arm one of the pending timers, and for one operation beside them. */
  readonly fillNs: number;
  readonly operationNs: number;
}

function program(name: string, title: string): Peer {
  // The collector is run before each measurement, so that none pays for the garbage of what came before it.
  return { name, title, usual: true, command: () => [process.execPath, '--expose-gc', paths.timerWork] };
}

const operationNs = (sample: TimerSample): number => sample.operationNs;
const fillNs = (sample: TimerSample): number => sample.fillNs;

async function measureOne(peer: Peer, scenario: string, core: number): Promise<TimerSample> {
  try {
    const command = ['-c', String(core), ...peer.command()!, scenario, peer.name];
    const { stdout } = await execute('taskset', command, { timeout: TIMEOUT_MS });
    return JSON.parse(stdout) as TimerSample;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the timers of ${peer.title} failed: ${reason.trim()}`, { cause: error });
  }
}

function verdictsFor(samples: Samples<TimerSample>, scenario: string, peer: Peer): Verdict[] {
  const measured = ratioOf(samples, peer.name, NODE, operationNs);
  if (measured === undefined || peer.name !== EDGELOOP || !JUDGED.has(scenario)) return [];
  return [judge(`${scenario}: CPU of a timer of ${EDGELOOP} ÷ ${NODE}`, measured, atMost(RATIO_LIMIT))];
}

function row(samples: Samples<TimerSample>, scenario: string, peer: Peer): string[] {
  const ratio = ratioOf(samples, peer.name, NODE, operationNs);
  const fillRatio = ratioOf(samples, peer.name, NODE, fillNs);
  return [
    peer.title,
    formatNumber(spreadOf(samples, peer.name, operationNs).median),
    formatRange(spreadOf(samples, peer.name, operationNs)),
    ratio === undefined ? '–' : formatVerdict(ratio, verdictsFor(samples, scenario, peer)[0]),
    formatNumber(spreadOf(samples, peer.name, fillNs).median),
    fillRatio === undefined ? '–' : formatNumber(fillRatio.median),
  ];
}

/** A process is started for each measurement: a heap that has held a million timers is another heap. */
function timerScenario(name: string, title: string): Scenario {
  return compare({
    name,
    title: `${title}, beside 1,000,000 pending timers`,
    columns: ['timers', 'CPU ns/operation', 'rounds', '÷ Node', 'CPU ns to fill, each', '÷ Node'],
    measure({ options, cores, peers }) {
      const unstarted = peers.map((peer) => ({ peer }));
      return alternate(unstarted, options.rounds, ({ peer }) => measureOne(peer, name, cores.server));
    },
    row: (samples, peer) => row(samples, name, peer),
    verdicts: (samples, peer) => verdictsFor(samples, name, peer),
    notes: () => [],
  });
}

export const timers: Benchmark = {
  name: 'timers',
  summary: 'CPU time of arming, cancelling and pushing back timers, against Node',
  measures: 'programs',
  peers: [program(EDGELOOP, 'edgeloop'), program(NODE, 'Node setTimeout')],
  scenarios: [
    timerScenario('same-delay', 'arm and cancel, every delay 30 s'),
    timerScenario('mixed', 'arm and cancel, delays of 1 to 10 min'),
    timerScenario('replace', 'cancel the oldest and arm another, delays of 1 to 10 min'),
    timerScenario('touch', 'push back, every delay 30 s'),
  ],
  quick: ['same-delay', 'mixed', 'touch'],
};
