/** Numbers as a server's would be, computed from how long it has run: the same time gives the same numbers. */
import type { ConnectionEntry, Histogram, Stats } from '../../../page/model/stats.js';

const BOUNDS = [1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1];

export function statsAfter(seconds: number, load: number, { name = 'echo', draining = false, open = 0 } = {}): Stats {
  const amount = (perSecond: number) => Math.round(load * perSecond * (seconds + Math.sin(seconds / 7) * 3 + 3));
  const histogram = (weights: readonly number[]): Histogram => ({ bounds: BOUNDS, counts: [...BOUNDS, 0].map((_, index) => amount(weights[index] ?? 0)), sum: load * seconds });
  const busy = { dispatch: 0.02, read: 0.08, handler: 0.21, write: 0.12, timers: 0.02, tasks: 0.01 };
  return {
    name, draining, version: '0.1.0', pid: 4711, uptimeSeconds: seconds + 11_520, atSeconds: seconds + 50_000,
    counters: {
      turns: amount(900), accepted: amount(14), connected: amount(3), closed: amount(16), bytesRead: amount(1_400_000), bytesWritten: amount(3_900_000),
      failed: amount(9), handlerFailures: amount(2), idleTimeouts: amount(5), refusedByRate: amount(23), slowConsumers: amount(1),
    },
    gauges: {
      connectionsOpen: open, connectionsDraining: 2 * load, connectionsClosing: load, connectionsCongested: 3 * load,
      readyQueue: 3 * load, timersPending: 1204 * load, bytesQueued: 482_133 * load, tasksPending: 0,
    },
    histograms: {
      turnSeconds: histogram([0, 0, 300, 420, 120, 40, 9, 2]),
      timerLatenessSeconds: histogram([0, 0, 0, 10, 40, 90, 20, 1]),
      readyAgeSeconds: histogram([0, 200, 300, 90, 20, 6, 2]),
      batchEvents: histogram([]),
    },
    stagesSeconds: {
      ...Object.fromEntries(Object.entries(busy).map(([stage, share]) => [stage, load * share * (seconds + Math.sin(seconds / 5) + 1)])),
      wait: seconds * (1 - 0.46 * load),
    },
    errors: load === 0 ? {} : { ECONNRESET: amount(0.3), EL_IDLE_TIMEOUT: amount(0.2), EL_HANDLER_FAILED: amount(0.1) },
    closes: load === 0 ? {} : { ended: amount(15), reset: amount(0.3), idle: amount(0.2) },
    plugins: { echo: { handlerSeconds: load * seconds * 0.2, stalls: amount(0.02) }, metrics: { handlerSeconds: load * seconds * 0.01, stalls: 0 } },
  };
}

/** A connection whose numbers follow from its id. */
export function connection(id: number, changes: Partial<ConnectionEntry> = {}): ConnectionEntry {
  return {
    id, plugin: id % 3 === 0 ? 'upstream' : 'echo', direction: id % 3 === 0 ? 'dialled' : 'accepted',
    peer: `10.0.${id % 7}.${id % 251}:${40_000 + id}`, local: '192.0.2.1:7000', state: id % 11 === 0 ? 'draining' : 'open', armed: ['in', 'rdhup'],
    ageSeconds: (id * 37) % 9000, idleSeconds: (id * 13) % 90, bytesRead: id * 91_337, bytesWritten: (id * 7919) % 1_000_003, bytesQueued: id % 5 === 0 ? id * 1024 : 0,
    paused: id % 13 === 0, rttSeconds: id % 17 === 0 ? null : 0.00012 * ((id % 40) + 1), retransmits: id % 17 === 0 ? null : id % 4, ...changes,
  };
}

export function connections(amount: number): ConnectionEntry[] {
  return Array.from({ length: amount }, (_, index) => connection(index + 1));
}
