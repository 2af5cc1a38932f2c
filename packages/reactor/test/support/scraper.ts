/** Waits until the loop of another thread is blocked, scrapes its numbers, and lets it go on. */
import { parentPort, workerData } from 'node:worker_threads';
import { Registry } from 'prom-client';
import { Meters, registerMetrics } from '../../src/telemetry/index.js';

const { memory, answers } = workerData as { memory: SharedArrayBuffer; answers: Int32Array };
Atomics.wait(answers, 0, 0, 60_000);
const meters = new Meters(memory);
const registry = new Registry();
registerMetrics(registry, meters);
const text = await registry.metrics();
parentPort?.postMessage({ text, running: meters.plugins.nameOf(meters.gauges.runningPlugin) });
Atomics.store(answers, 1, 1);
Atomics.notify(answers, 1);
