import { type Registry, collectDefaultMetrics } from 'prom-client';
import type { Meters } from '../loop/meters.js';
import { reactorRegistry } from './metrics.js';

/**
 * A registry with all that is known of a process that serves one reactor: the reactor's metrics and Node's own, such as
 * heap, garbage collection, event loop and descriptors. To be made once: prom-client watches the process from then on.
 */
export function processRegistry(meters: Meters): Registry {
  const registry = reactorRegistry(meters);
  collectDefaultMetrics({ register: registry });
  return registry;
}
