import type { Metric, Registry } from 'prom-client';
import type { HistogramCounts } from '../structures/histogram.js';

type Labels = Readonly<Record<string, string | number>>;

interface Counted {
  readonly labels: Labels;
  readonly counted: HistogramCounts;
}

/**
 * A histogram whose buckets are counted elsewhere. prom-client's own counts by itself only; of a metric a registry needs
 * the name, and `get` when it is scraped.
 */
export class BucketMetric {
  readonly name: string;
  readonly #help: string;
  readonly #read: () => readonly Counted[];

  constructor(name: string, help: string, read: () => readonly Counted[]) {
    this.name = name;
    this.#help = help;
    this.#read = read;
  }

  registerIn(registry: Registry): void {
    registry.registerMetric(this as unknown as Metric);
  }

  reset(): void {
    // What is counted elsewhere is not ours to set back.
  }

  async get() {
    const values = this.#read().flatMap((counted) => this.#values(counted));
    return { name: this.name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }

  /** Prometheus wants each bucket to include those below it. */
  #values({ labels, counted: { bounds, counts, sum } }: Counted) {
    let count = 0;
    const buckets = counts.map((inBucket, index) => {
      count += inBucket;
      return { metricName: `${this.name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: count };
    });
    return [...buckets, { metricName: `${this.name}_sum`, labels, value: sum }, { metricName: `${this.name}_count`, labels, value: count }];
  }
}
