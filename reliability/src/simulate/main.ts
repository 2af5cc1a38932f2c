/** `npm run simulate`: see `--help`, or reliability/README.md. */
import { endOnSignals, runCommand } from '../command.js';
import { HELP, type ReplayOptions, type SimulateOptions, readArguments } from './arguments.js';
import { Crew, type Job } from './crew.js';
import { replay } from './replay.js';
import { Report } from './report.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await runCommand('simulate', (args) => main(readArguments(args)));

async function main(options: SimulateOptions | ReplayOptions | undefined): Promise<number> {
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const found = 'seed' in options ? await replay(options, print) : await simulate(options);
  return found ? 1 : 0;
}

async function simulate(options: SimulateOptions): Promise<boolean> {
  const { workloads, from, turns, jobs } = options;
  print(`simulate: ${workloads.join(', ')}; seeds from ${from} on; ${jobs} processes`);
  const report = new Report(print);
  const crew = new Crew(jobsOf(options), (outcome) => {
    report.add(outcome);
    if (report.turns >= turns || report.enough) crew.end();
  });
  endOnSignals(() => crew.kill());
  await crew.work(jobs);
  report.tell();
  return report.findings > 0;
}

/** All workloads with the first seed, then with the next. */
function* jobsOf({ workloads, from, seeds }: SimulateOptions): Iterator<Job> {
  for (let seed = from; seed < from + seeds; seed++) for (const workload of workloads) yield { workload, seed };
}
