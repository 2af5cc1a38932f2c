/** What trials have shown, as text. */
import { type Slowdown, slowdownOf } from './field/slowdown.js';
import type { Traces } from './field/findings.js';
import type { Outcome } from './trial.js';

const COLUMNS = ['trial', 'p50 µs', 'p99 µs', 'p99 ratio', 'CPU', 'descriptors', 'memory MB', 'verdict'] as const;

const NOTHING = '-';

/** A table with a row for each trial: bystanders quiet → attacked, the CPU where nothing can be done, what the server had before → after. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [COLUMNS, ...outcomes.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => (cells[column] as string).length)));
  return rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ').trimEnd()).join('\n');
}

/** What was provoked and expected, and for each expectation what was seen. */
export function account({ trial, expectations, traces }: Outcome): string {
  const lines = expectations.map(({ what, met, seen }) => `  ${met ? 'ok    ' : 'FAILED'} ${what}${seen === String(met) || seen === '' ? '' : `: ${seen}`}`);
  const moved = traces.map((trace) => `  moved  ${countersOf(trace)}`);
  return [`${trial.name}: ${trial.provokes}`, `  expected: ${trial.expects}`, ...lines, ...moved].join('\n');
}

export function passed({ expectations }: Outcome): boolean {
  return expectations.every(({ met }) => met);
}

function row(outcome: Outcome): readonly string[] {
  const { trial, disturbances, cpuPercents, traces } = outcome;
  const [p50, p99] = (['p50Us', 'p99Us'] as const).map((percentile) => (disturbances.length === 0 ? undefined : slowdownOf(disturbances, percentile)));
  return [
    trial.name,
    beforeAndDuring(p50),
    beforeAndDuring(p99),
    p99 === undefined ? NOTHING : p99.ratio.toFixed(2),
    cpuPercents.length === 0 ? NOTHING : `${Math.max(...cpuPercents).toFixed(1)} %`,
    change(traces, ({ descriptors }) => descriptors, 1),
    change(traces, ({ residentBytes }) => residentBytes, 2 ** 20),
    passed(outcome) ? 'ok' : 'FAILED',
  ];
}

function beforeAndDuring(slowdown: Slowdown | undefined): string {
  return slowdown === undefined ? NOTHING : `${slowdown.quiet.toFixed(0)} → ${slowdown.attacked.toFixed(0)}`;
}

/** Of the server that has changed most. */
function change(traces: readonly Traces[], pairOf: (traces: Traces) => readonly [number, number], unit: number): string {
  const pairs = traces.map(pairOf).toSorted((a, b) => Math.abs(b[1] - b[0]) - Math.abs(a[1] - a[0]));
  const [first] = pairs;
  return first === undefined ? NOTHING : first.map((value) => (value / unit).toFixed(0)).join(' → ');
}

function countersOf({ moved }: Traces): string {
  return Object.entries(moved).map(([name, change]) => `${name} ${change}`).join(', ');
}
