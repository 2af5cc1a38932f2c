// Runs one benchmark by name: npm run bench -- NAME [options]

import { accept } from './src/accept.js';
import type { Benchmark } from './src/benchmark.js';
import { echo } from './src/echo.js';
import { kv } from './src/kv.js';
import { kvDurable } from './src/kv-durable.js';
import { runBenchmark } from './src/runner.js';
import { telemetry } from './src/telemetry.js';
import { timers } from './src/timers.js';

const benchmarks: readonly Benchmark[] = [echo, accept, timers, telemetry, kv, kvDurable];

function overview(): string {
  const lines = benchmarks.map((benchmark) => `  ${benchmark.name.padEnd(10)} ${benchmark.summary}`);
  return ['usage: npm run bench -- NAME [options]', '', ...lines, '', 'NAME --help lists the options.'].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(overview());
    return 0;
  }
  const benchmark = benchmarks.find((candidate) => candidate.name === name);
  if (benchmark === undefined) {
    console.error(`unknown benchmark ${name}: known are ${benchmarks.map((known) => known.name).join(', ')}`);
    return 2;
  }
  return runBenchmark(benchmark, rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
