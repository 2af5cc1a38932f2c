import { Registry } from 'prom-client';
import { Meters } from '../loop/meters.js';
import { BucketMetric } from './bucket-metric.js';
import { HISTOGRAM_ROWS, METRIC_ROWS, type MetricRow, type Values } from './metric-table.js';
import { plainMetric } from './plain-metric.js';

/** The reactors whose numbers are exported, each with the labels that tell it from the others. */
type Exported = readonly { readonly labels: Readonly<Record<string, string>>; readonly meters: Meters }[];

/**
 * Makes prom-client metrics of all that a reactor counts and measures; docs/reference/metrics.md lists them. They cost
 * nothing until they are scraped. Several reactors, of this thread or of others, go into one registry as
 * `{ NAME: meters }`, and are told apart by the label `reactor`. A registry takes them once: prom-client throws at a second
 * metric of the same name.
 */
export function registerMetrics(registry: Registry, meters: Meters | Readonly<Record<string, Meters>>): void {
  const exported = meters instanceof Meters ? [{ labels: {}, meters }] : named(meters);
  for (const row of METRIC_ROWS) registry.registerMetric(plainMetric({ ...row, labelNames: labelsOf(exported, row), read: () => readAll(exported, row) }));
  for (const { name, help, histogram } of HISTOGRAM_ROWS) {
    const read = () => exported.map(({ labels, meters: { [histogram]: source } }) => ({ labels, counted: source.read() }));
    new BucketMetric(name, help, read).registerIn(registry);
  }
}

/** A registry with the metrics of one reactor, to which others may be added. */
export function reactorRegistry(meters: Meters): Registry {
  const registry = new Registry();
  registerMetrics(registry, meters);
  return registry;
}

function named(reactors: Readonly<Record<string, Meters>>): Exported {
  return Object.entries(reactors).map(([reactor, meters]) => ({ labels: { reactor }, meters }));
}

function labelsOf(exported: Exported, { label }: MetricRow): string[] {
  return [...Object.keys(exported[0]?.labels ?? {}), ...(label === undefined ? [] : [label])];
}

function readAll(exported: Exported, { read }: MetricRow): Values {
  return exported.flatMap(({ labels, meters }) => read(meters).map(([own, value]) => [{ ...labels, ...own }, value] as const));
}
