// What is printed: the machine, a table for each scenario, and the targets in the end.

import { writeFileSync } from 'node:fs';

import type { Benchmark, Run, ScenarioReport } from './benchmark.js';
import { type Machine, isQuiet } from './machine.js';
import { repeatCommand } from './options.js';
import type { Spread } from './statistics.js';
import type { Target, Verdict } from './target.js';

function pinningOf(timed: boolean, { cores, peers }: Run): string {
  if (!timed) return `core ${cores.server}`;
  const load = `load generator on core ${cores.load}`;
  const everyCore = peers.some((peer) => peer.everyCore);
  return everyCore ? `servers on cores ${cores.server} and ${cores.load}, ${load}` : `server on core ${cores.server}, ${load}`;
}

export function printHeader(benchmark: Benchmark, run: Run, machine: Machine): void {
  const { options } = run;
  const timed = benchmark.measures !== 'programs';
  const rounds = timed ? `${options.rounds} of ${options.seconds} s` : String(options.rounds);
  const lines: [string, string][] = [
    ['machine', `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}`],
    ['versions', `edgeloop ${machine.revision}, Node.js ${machine.node}, ${machine.compiler}`],
    ['pinning', pinningOf(timed, run)],
    ['rounds', `${rounds}, the ${benchmark.measures} in turn; ratios within a round, then their median`],
    ['repeat', repeatCommand(benchmark, options)],
  ];
  console.log(`\nedgeloop benchmark: ${benchmark.name}\n`);
  for (const [label, text] of lines) console.log(`${label.padEnd(10)}${text}`);
  if (!isQuiet(machine)) {
    const load = machine.loadAverage.toFixed(1);
    console.log(`WARNING   the load average is ${load}: other work on this machine disturbs the measurement`);
  }
}

function formatRow(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => {
    const width = widths[column]!;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  return `  ${padded.join('  ').trimEnd()}`;
}

/** A line for each row; the first row is the heads of the columns. */
export function formatTable(table: readonly (readonly string[])[]): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) => formatRow(row, widths));
}

export function printScenario(report: ScenarioReport): void {
  console.log(`\n${report.title}  [${report.name}]`);
  for (const row of formatTable([report.columns, ...report.rows])) console.log(row);
  for (const note of report.notes) console.log(`  ${note}`);
}

/** The same in Markdown: the first column is of words, the others are of numbers. */
export function formatMarkdown([heads, ...rows]: readonly (readonly string[])[]): string[] {
  const ruler = heads!.map((_, column) => (column === 0 ? '---' : '---:'));
  return [heads!, ruler, ...rows].map((row) => `| ${row.join(' | ')} |`);
}

/** Three digits after the point for what is near 1, so that a target missed by little does not look met. */
export function formatNumber(value: number): string {
  return value.toFixed(value < 10 ? 3 : value < 100 ? 1 : 0);
}

export function formatRange({ lowest, highest }: Spread): string {
  return `${formatNumber(lowest)}–${formatNumber(highest)}`;
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function formatTarget({ sign, limit }: Target): string {
  return `${sign} ${limit}`;
}

/** A measured value, with its target and a mark beside it where it has one. */
export function formatVerdict(measured: Spread, verdict: Verdict | undefined): string {
  const value = formatNumber(measured.median);
  return verdict === undefined ? value : `${value} ${formatTarget(verdict.target)} ${verdict.met ? '✓' : '✗'}`;
}

export function printVerdicts(verdicts: readonly Verdict[]): void {
  const missed = verdicts.filter((verdict) => !verdict.met);
  console.log(`\ntargets: ${verdicts.length - missed.length} of ${verdicts.length} met`);
  for (const { what, measured, target } of missed) {
    console.log(`  ✗ ${what}: ${formatNumber(measured.median)} (${formatRange(measured)}), target ${formatTarget(target)}`);
  }
}

export function writeJson(
  file: string,
  benchmark: Benchmark,
  run: Run,
  machine: Machine,
  reports: readonly ScenarioReport[],
): void {
  const repeat = repeatCommand(benchmark, run.options);
  const scenarios = reports.map(({ name, title, verdicts, samples }) => ({ name, title, verdicts, samples }));
  const { cores, options } = run;
  const content = { benchmark: benchmark.name, machine, cores, options, repeat, scenarios };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
