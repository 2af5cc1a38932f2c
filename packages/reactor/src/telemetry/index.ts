/** The door `@edgeloop/reactor/telemetry`: the numbers of a reactor, for this thread or another one. */
export { Meters } from '../loop/meters.js';
export type { MetricsRegistry } from './exposition.js';
export { type MeteredGroup, type MeteredWorker, groupRegistry, registerGroupMetrics } from './group-metrics.js';
export { registerMetrics } from './metrics.js';
export { processRegistry } from './process-registry.js';
export { type Snapshot, takeSnapshot } from './snapshot.js';
