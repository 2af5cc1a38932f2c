// What an operator chooses by: the medians of all scenarios, a line for each way to share the accept, as tables in Markdown.

import type { ScenarioReport } from '../benchmark.js';
import { formatMarkdown, formatNumber } from '../report.js';
import { type Samples, spreadOf } from '../rounds.js';
import { type ArrivalSample, definedSpread, firstEchoRatio, formatDefined } from './arrivals.js';
import { type CostSample, ratioToOneLoop, ratioToOneWorker } from './cost.js';
import { workersPeers } from './servers.js';

/** One column: its head, and what it says of a server that the scenario has measured. */
interface Column<Sample> {
  readonly head: string;
  readonly scenario: string;
  readonly cell: (samples: Samples<Sample>, name: string) => string;
}

const toWorker = (samples: Samples<CostSample>, name: string): string => formatDefined(ratioToOneWorker(samples, name));
const toLoop = (samples: Samples<CostSample>, name: string): string => formatDefined(ratioToOneLoop(samples, name));

function median(samples: Samples<ArrivalSample>, name: string, figure: (sample: ArrivalSample) => number): number {
  return spreadOf(samples, name, figure).median;
}

function division(samples: Samples<ArrivalSample>, name: string): string {
  return `${median(samples, name, (sample) => sample.least).toFixed(0)} / ${median(samples, name, (sample) => sample.most).toFixed(0)}`;
}

function wakeUps(samples: Samples<ArrivalSample>, name: string): string {
  return formatNumber(median(samples, name, (sample) => sample.wakeUps));
}

function acceptEvents(samples: Samples<ArrivalSample>, name: string): string {
  return formatNumber(median(samples, name, (sample) => sample.acceptEvents));
}

function handoff(samples: Samples<ArrivalSample>, name: string): string {
  const p50 = definedSpread(samples, name, (sample) => sample.handoffP50Us);
  return p50 === undefined ? '–' : `${formatDefined(p50)} / ${formatDefined(definedSpread(samples, name, (sample) => sample.handoffP99Us))}`;
}

const firstEcho = (samples: Samples<ArrivalSample>, name: string): string => formatDefined(firstEchoRatio(samples, name));

const COSTS: readonly Column<CostSample>[] = [
  { head: 'CPU/message, 50 connections: ÷ 1 worker', scenario: 'ping-50', cell: toWorker },
  { head: '÷ one loop', scenario: 'ping-50', cell: toLoop },
  { head: '500 connections: ÷ 1 worker', scenario: 'ping-500', cell: toWorker },
  { head: '÷ one loop', scenario: 'ping-500', cell: toLoop },
  { head: 'CPU/connection: ÷ 1 worker', scenario: 'churn-50', cell: toWorker },
  { head: '÷ one loop', scenario: 'churn-50', cell: toLoop },
];

const ARRIVALS: readonly Column<ArrivalSample>[] = [
  { head: 'least / most: one at a time', scenario: 'arrive', cell: division },
  { head: 'in bursts', scenario: 'arrive-bursts', cell: division },
  { head: 'few', scenario: 'arrive-few', cell: division },
  { head: 'beside load', scenario: 'arrive-loaded', cell: division },
  { head: 'accept events/connection', scenario: 'arrive', cell: acceptEvents },
  { head: 'wake-ups/connection: one at a time', scenario: 'arrive', cell: wakeUps },
  { head: 'in bursts', scenario: 'arrive-bursts', cell: wakeUps },
  { head: 'hand-off p50 / p99 µs', scenario: 'arrive', cell: handoff },
  { head: 'first echo ÷ one loop', scenario: 'arrive', cell: firstEcho },
];

/** Without the columns whose scenarios were not run, and the servers that none has measured. */
function table<Sample>(reports: readonly ScenarioReport[], columns: readonly Column<Sample>[]): string[] {
  const measured = new Map(reports.map(({ name, samples }) => [name, new Map(Object.entries(samples)) as unknown as Samples<Sample>]));
  const shown = columns.filter(({ scenario }) => measured.has(scenario));
  const peers = workersPeers.filter(({ name }) => shown.some(({ scenario }) => measured.get(scenario)!.has(name)));
  const cell = ({ scenario, cell }: Column<Sample>, name: string): string => {
    const samples = measured.get(scenario)!;
    return samples.has(name) ? cell(samples, name) : '–';
  };
  const rows = peers.map(({ name, title }) => [title, ...shown.map((column) => cell(column, name))]);
  return rows.length === 0 ? [] : ['', ...formatMarkdown([['server', ...shown.map(({ head }) => head)], ...rows])];
}

export function workersSummary(reports: readonly ScenarioReport[]): string[] {
  return [...table(reports, COSTS), ...table(reports, ARRIVALS)];
}
