import type { Reactor } from '../reactor.js';

/** The numbers of a moment, for the live page: two of them make rates. */
export function statsOf(reactor: Reactor, name: string, version: string): object {
  return {
    name,
    version,
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    atSeconds: performance.now() / 1000,
    draining: reactor.draining,
    counters: { ...reactor.counters },
    gauges: { connectionsOpen: reactor.connectionCount },
    histograms: {},
    stagesSeconds: {},
    errors: {},
    closes: {},
    plugins: {},
  };
}
