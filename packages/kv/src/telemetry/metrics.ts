import { Counter, Gauge, type Registry } from 'prom-client';
import type { KvApi } from '../embedded/kv-api.js';
import { Facts } from './facts.js';
import { KV_METRICS, type KvMetric } from './metric-table.js';

/**
 * Makes prom-client metrics of what INFO tells of a store; docs/reference/kv-metrics.md lists them. They cost nothing until they are
 * scraped. A registry takes one store: prom-client throws at a second metric of the same name.
 */
export function registerKvMetrics(registry: Pick<Registry, 'registerMetric'>, api: KvApi<string>): void {
  const facts = new Facts(api);
  for (const row of KV_METRICS) registry.registerMetric(metricOf(row, facts));
}

/** When it is scraped, prom-client calls `collect`, which takes the numbers over as they stand. It makes a series without labels of itself. */
function metricOf({ name, help, type, label, read }: KvMetric, facts: Facts): Counter | Gauge {
  function collect(this: Counter | Gauge): void {
    const values = read(facts);
    this.reset();
    if (values.length === 0 && label === undefined) this.remove();
    for (const [labels, value] of values) this.inc(labels, value);
  }
  const configuration = { name, help, labelNames: label === undefined ? [] : [label], registers: [], collect };
  return type === 'counter' ? new Counter(configuration) : new Gauge(configuration);
}
