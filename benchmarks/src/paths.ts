// Where things lie, seen from benchmarks/dist/src.

import { fileURLToPath } from 'node:url';

function fromBenchmarks(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

export const paths = {
  repository: fromBenchmarks('..'),
  baseline: fromBenchmarks('baseline'),
  load: fromBenchmarks('load'),
  build: fromBenchmarks('build'),
  downloads: fromBenchmarks('peers'),
  timerWork: fromBenchmarks('dist/src/timer-work.js'),
  telemetryServer: fromBenchmarks('dist/src/telemetry-server.js'),
  workersServer: fromBenchmarks('dist/src/workers/server-main.js'),
  echoCommand: fromBenchmarks('../packages/echo/bin/edgeloop-echo.mjs'),
  kvCommand: fromBenchmarks('../packages/kv/bin/edgeloop-kv.mjs'),
} as const;
