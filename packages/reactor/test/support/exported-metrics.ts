/** What is exported, for the tests that compare pages, alerts and the dashboard with it. */
import { readFileSync } from 'node:fs';
import { type Metric, Registry, collectDefaultMetrics } from 'prom-client';
import { type MeteredWorker, Meters, registerGroupMetrics, registerMetrics } from '../../src/telemetry/index.js';

export interface Exported {
  readonly type: string;
  /** The values of each label that the metric has now. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

const ROOT = new URL('../../../../../', import.meta.url);

/** A file of the repository, by its path from the root. */
export function shipped(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** A registry as servers have it, with a reactor that has one plugin, and what a group has besides. */
export function fullRegistry(): Registry {
  const registry = new Registry();
  const meters = new Meters();
  meters.plugins.enlist('echo');
  registerMetrics(registry, meters);
  for (const name of groupMetrics()) registry.registerMetric(ofGroup.getSingleMetric(name) as Metric);
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The registry of a group that has a worker. */
export const ofGroup = new Registry();
const WORKER: MeteredWorker = { index: 0, phase: 'serving', lagging: false, connections: 0, waiting: 0, restarts: 0, crashes: 0, cpuSeconds: 0 };
registerGroupMetrics(ofGroup, { coordinator: { meters: new Meters() }, meters: { 'worker-0': new Meters() }, workers: [WORKER] });

/** The names of what only a group exports. */
export function groupMetrics(): string[] {
  const ofOne = new Registry();
  registerMetrics(ofOne, new Meters());
  return ofGroup.getMetricsAsArray().map(({ name }) => name).filter((name) => ofOne.getSingleMetric(name) === undefined);
}

/** Every metric, by its name. */
export async function exportedMetrics(): Promise<ReadonlyMap<string, Exported>> {
  const metrics = await fullRegistry().getMetricsAsJSON();
  return new Map(metrics.map(({ name, type, values }) => [name, { type: String(type), labels: labelsOf(values.map(({ labels }) => labels)) }]));
}

/** Names of metrics that are meant to be ours or Node's, wherever they stand in a text: those of a histogram's series too. */
export function namesIn(text: string): string[] {
  return [...new Set(text.match(/(?<![\w:])(edgeloop|process|nodejs)_[a-z0-9_]+(?![\w:])/g))];
}

/** The names of the series of a metric. */
export function seriesNames(metrics: ReadonlyMap<string, Exported>): ReadonlySet<string> {
  const names = [...metrics].flatMap(([name, { type }]) => (type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]));
  return new Set(names);
}

function labelsOf(samples: readonly Partial<Record<string, string | number>>[]): Record<string, string[]> {
  const labels: Record<string, string[]> = {};
  for (const [label, value] of samples.flatMap((sample) => Object.entries(sample))) {
    const values = (labels[label] ??= []);
    if (!values.includes(String(value))) values.push(String(value));
  }
  return labels;
}
