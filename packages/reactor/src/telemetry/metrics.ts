import { Counter, Gauge, Registry } from 'prom-client';
import { Meters } from '../loop/meters.js';
import { BucketMetric } from './bucket-metric.js';
import { HISTOGRAM_ROWS, METRIC_ROWS, type MetricRow } from './metric-table.js';

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
  for (const row of METRIC_ROWS) registry.registerMetric(plainMetric(exported, row));
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

/** When it is scraped, prom-client calls `collect`, which takes the numbers over as they stand. */
function plainMetric(exported: Exported, { type, name, help, label, read }: MetricRow): Counter | Gauge {
  const labelNames = [...Object.keys(exported[0]?.labels ?? {}), ...(label === undefined ? [] : [label])];
  function collect(this: Counter | Gauge): void {
    this.reset();
    for (const { labels, meters } of exported) for (const [own, value] of read(meters)) this.inc({ ...labels, ...own }, value);
  }
  const configuration = { name, help, labelNames, registers: [], collect };
  return type === 'counter' ? new Counter(configuration) : new Gauge(configuration);
}
