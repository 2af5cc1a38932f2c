/** The two text formats of a registry's metrics, side by side. */
import { Registry } from 'prom-client';

/** A registry in whichever format its owner made it for. */
export type MetricsRegistry = Registry | Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>;

export const EXPOSITIONS = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openMetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

type Metric = ReturnType<Registry['getMetricsAsArray']>[number] & { get(): Promise<object> };

/**
 * All metrics as text. A registry writes one format only, and to write OpenMetrics it takes "_total" off the names of its
 * counters for good: the other format would lack it from then on. So the registry itself is never asked to write, but an
 * object that inherits everything from it, its default labels too, and has another format and counters of its own.
 */
export function expose(registry: MetricsRegistry, contentType: string): Promise<string> {
  const metrics = () => registry.getMetricsAsArray().map((metric) => (String(metric.type) === 'counter' ? counterView(metric as Metric) : metric));
  const view = Object.create(registry, {
    contentType: { value: contentType },
    ...(contentType === EXPOSITIONS.openMetrics ? { getMetricsAsArray: { value: metrics } } : {}),
  }) as Registry;
  return view.metrics();
}

/** A counter under the name that its samples have without "_total", which the format puts behind it. */
function counterView(counter: Metric): object {
  const name = counter.name.replace(/_total$/, '');
  return { name, type: counter.type, get: async () => ({ ...(await counter.get()), name }) };
}
