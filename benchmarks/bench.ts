// Runs one benchmark by name: npm run bench -- NAME [options]

import { accept } from './src/accept.js';
import type { Benchmark } from './src/benchmark.js';
import { echo } from './src/echo.js';
import { equivalence } from './src/equivalence/equivalence.js';
import { kv } from './src/kv.js';
import { kvDurable } from './src/kv-durable.js';
import { runBenchmark } from './src/runner.js';
import { telemetry } from './src/telemetry.js';
import { timers } from './src/timers.js';
import { workers } from './src/workers/workers.js';

const benchmarks: readonly Benchmark[] = [echo, accept, timers, telemetry, kv, kvDurable, workers];

interface Command {
  readonly name: string;
  readonly summary: string;
  /** Resolves to the exit status. */
  run(args: readonly string[]): Promise<number>;
}

/** The benchmarks, and what compares servers without measuring them. */
const commands: readonly Command[] = [
  ...benchmarks.map((benchmark) => ({ ...benchmark, run: (args: readonly string[]) => runBenchmark(benchmark, args) })),
  equivalence,
];

function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`);
  return ['usage: npm run bench -- NAME [options]', '', ...lines, '', 'NAME --help lists the options.'].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(overview());
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    console.error(`unknown benchmark ${name}: known are ${commands.map((known) => known.name).join(', ')}`);
    return 2;
  }
  return command.run(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
