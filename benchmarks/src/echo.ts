// The echo benchmark: edgeloop against bare C, node:net and Bun.

import type { Benchmark } from './benchmark.js';
import { cpuScenario } from './echo-cpu.js';
import { fairnessScenario } from './echo-fairness.js';
import { memoryScenario } from './echo-memory.js';
import { echoPeers } from './peers.js';

const small = { messageBytes: 64, depth: 1, streams: 0 } as const;
const pipelined = { ...small, depth: 16 } as const;
const bulky = { ...small, messageBytes: 16 * 1024 } as const;

export const echo: Benchmark = {
  name: 'echo',
  summary: 'CPU per message, memory per connection and fairness, against C epoll, node:net and Bun',
  measures: 'servers',
  peers: echoPeers,
  scenarios: [
    cpuScenario('ping-50', '64 B messages, 1 in flight, 50 connections', { ...small, connections: 50 }),
    cpuScenario('ping-500', '64 B messages, 1 in flight, 500 connections', { ...small, connections: 500 }),
    cpuScenario('pipeline-50', '64 B messages, 16 in flight, 50 connections', { ...pipelined, connections: 50 }),
    cpuScenario('pipeline-500', '64 B messages, 16 in flight, 500 connections', { ...pipelined, connections: 500 }),
    cpuScenario('bulk-50', '16 kB messages, 1 in flight, 50 connections', { ...bulky, connections: 50 }),
    cpuScenario('bulk-500', '16 kB messages, 1 in flight, 500 connections', { ...bulky, connections: 500 }),
    memoryScenario,
    fairnessScenario,
  ],
  quick: ['ping-500', 'bulk-50', 'idle', 'fairness'],
};
