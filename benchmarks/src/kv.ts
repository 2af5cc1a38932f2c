// The kv benchmark: the KV server against Redis, on the same keys and under the same load.

import type { Benchmark } from './benchmark.js';
import { storeCommands } from './kv-commands.js';
import { latencyScenarios } from './kv-latency.js';
import { keyMemoryScenario } from './kv-memory.js';
import { kvPeers } from './kv-peers.js';
import { throughputScenario } from './kv-throughput.js';

export const kv: Benchmark = {
  name: 'kv',
  summary: 'requests per CPU time, memory per key and p99.9 of the KV server, against Redis',
  measures: 'stores',
  peers: kvPeers,
  scenarios: [...storeCommands.map(throughputScenario), keyMemoryScenario, ...latencyScenarios],
  quick: ['get', 'set', 'memory'],
};
