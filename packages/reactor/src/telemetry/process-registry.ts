import { type Registry, collectDefaultMetrics } from 'prom-client';
import type { Meters } from '../loop/meters.js';
import { reactorRegistry } from './metrics.js';

/** A registry with all that is known of a process that serves one reactor: the reactor's metrics and Node's own. */
export function processRegistry(meters: Meters): Registry {
  const registry = reactorRegistry(meters);
  addProcessMetrics(registry);
  return registry;
}

/** Adds Node's own: heap, garbage collection, event loop, descriptors. To be called once: prom-client watches the process from then on. */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}
