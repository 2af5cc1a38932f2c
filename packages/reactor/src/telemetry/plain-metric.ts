import { Counter, Gauge } from 'prom-client';
import type { Values } from './metric-table.js';

export interface PlainMetricParts {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Reads the numbers where they are counted. */
  readonly read: () => Values;
}

/** A metric of plain numbers. When it is scraped, prom-client calls `collect`, which takes the numbers over as they stand. */
export function plainMetric({ type, name, help, labelNames, read }: PlainMetricParts): Counter | Gauge {
  function collect(this: Counter | Gauge): void {
    this.reset();
    for (const [labels, value] of read()) this.inc({ ...labels }, value);
  }
  const configuration = { name, help, labelNames: [...labelNames], registers: [], collect };
  return type === 'counter' ? new Counter(configuration) : new Gauge(configuration);
}
