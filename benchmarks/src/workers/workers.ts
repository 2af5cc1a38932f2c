// The workers benchmark: what several loops behind one address cost, and how each way to share the accept divides the connections.

import type { Benchmark } from '../benchmark.js';
import { arrivalScenario } from './arrivals.js';
import { connectionScenario, messageScenario } from './cost.js';
import { workersPeers } from './servers.js';
import { workersSummary } from './summary.js';

const small = { messageBytes: 64, depth: 1, streams: 0 } as const;

const MANY = 1000;
const FEW = 20;
/** Below the backlog of a listening socket, which drops who comes when it is full. */
const BURST = 200;

export const workers: Benchmark = {
  name: 'workers',
  summary: 'groups of loops: CPU per message and connection, distribution, wake-ups, hand-off, per way to share the accept',
  measures: 'servers',
  peers: workersPeers,
  seconds: 0.5,
  scenarios: [
    messageScenario('ping-50', '64 B messages, 1 in flight, 50 connections', { ...small, connections: 50 }),
    messageScenario('ping-500', '64 B messages, 1 in flight, 500 connections', { ...small, connections: 500 }),
    connectionScenario('churn-50', 'connect, one 64 B message echoed, close: 50 connections at a time', { ...small, connections: 50 }),
    arrivalScenario({ name: 'arrive', title: `${MANY} connections come, one after the other, and stay`, connections: MANY, atOnce: 1 }),
    arrivalScenario({ name: 'arrive-bursts', title: `${MANY} connections come, ${BURST} at once, and stay`, connections: MANY, atOnce: BURST }),
    arrivalScenario({ name: 'arrive-few', title: `${FEW} connections come, one after the other, and stay`, connections: FEW, atOnce: 1 }),
    arrivalScenario({
      name: 'arrive-loaded',
      title: `${MANY} connections come, one after the other, beside 50 that are busy`,
      connections: MANY,
      atOnce: 1,
      beside: { ...small, connections: 50 },
    }),
  ],
  quick: ['ping-500', 'churn-50', 'arrive', 'arrive-bursts'],
  conclude: workersSummary,
};
