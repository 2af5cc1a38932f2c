// The kv benchmark: the KV server against Redis, on the same keys and under the same load.

import type { Benchmark } from './benchmark.js';
import { type StoreCommand, storeCommands } from './kv-commands.js';
import { latencyScenarios } from './kv-latency.js';
import { keyMemoryScenario } from './kv-memory.js';
import { kvPeers } from './kv-peers.js';
import { type Throughput, throughputScenario } from './kv-throughput.js';
import { p999Us, perCpuSecond } from './kv-throughput-figures.js';
import { disturbanceNotes } from './measure.js';
import { CLIENTS } from './redis-benchmark.js';
import { withStores } from './store.js';
import { atLeast, atMost } from './target.js';

const P999_LIMIT = 1.5;

function inMemory(command: StoreCommand): Throughput {
  const { name, limits } = command;
  return {
    name: name.toLowerCase(),
    command,
    circumstances: '',
    clients: [CLIENTS],
    withStores: ({ peers, cores }, body) => withStores(peers, cores, body),
    settle: async () => {},
    criteria: (pipeline) => new Map([[perCpuSecond, atLeast(pipeline === 1 ? limits.single : limits.pipelined)], [p999Us, atMost(P999_LIMIT)]]),
    notes: (_, samples) => disturbanceNotes(samples),
  };
}

export const kv: Benchmark = {
  name: 'kv',
  summary: 'requests per CPU time, memory per key and p99.9 of the KV server, against Redis',
  measures: 'stores',
  peers: kvPeers,
  scenarios: [...storeCommands.map(inMemory).map(throughputScenario), keyMemoryScenario, ...latencyScenarios],
  quick: ['get', 'set', 'memory'],
};
