// Runs the chosen scenarios of one benchmark, one after the other, and reports each as it ends.

import type { Benchmark, Options, Peer, Run, Scenario, ScenarioReport, Session } from './benchmark.js';
import { compilePrograms } from './compile.js';
import { chooseCores, describeMachine, requireTaskset } from './machine.js';
import { USUAL_KEYS, parseOptions, usage } from './options.js';
import { printHeader, printScenario, printVerdicts, writeJson } from './report.js';

/** A peer that cannot be had is named aloud, never left out in silence. */
function availablePeers(benchmark: Benchmark, options: Options): Peer[] {
  const asked = benchmark.peers.filter((peer) => options.peers.includes(peer.name));
  return asked.filter((peer) => {
    const available = peer.command() !== undefined;
    if (!available) console.log(`NOT MEASURED: ${peer.title} could not be fetched or does not run on this machine`);
    return available;
  });
}

function prepare(benchmark: Benchmark, options: Options): Run {
  requireTaskset();
  const cores = chooseCores();
  compilePrograms();
  return { options, cores, peers: availablePeers(benchmark, options) };
}

function sessionOf(run: Run, { keys }: Scenario): Session {
  const { options } = run;
  const usual = options.quick ? keys?.quick : keys?.usual;
  return { ...run, options: { ...options, keys: options.keys ?? usual ?? USUAL_KEYS } };
}

/** Resolves to the exit status: 0 when all was measured, whether or not the targets are met. */
export async function runBenchmark(benchmark: Benchmark, args: readonly string[]): Promise<number> {
  const options = parseOptions(benchmark, args);
  if (options === undefined) {
    console.log(usage(benchmark));
    return 0;
  }
  const run = prepare(benchmark, options);
  const machine = describeMachine();
  printHeader(benchmark, run, machine);
  const reports: ScenarioReport[] = [];
  for (const scenario of benchmark.scenarios.filter(({ name }) => options.scenarios.includes(name))) {
    const report = await scenario.run(sessionOf(run, scenario));
    printScenario(report);
    reports.push(report);
  }
  benchmark.conclude?.(reports).forEach((line) => console.log(line));
  printVerdicts(reports.flatMap((report) => report.verdicts));
  if (options.json !== undefined) writeJson(options.json, benchmark, run, machine, reports);
  return 0;
}
