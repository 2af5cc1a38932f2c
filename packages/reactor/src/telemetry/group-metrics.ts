import { Registry, collectDefaultMetrics } from 'prom-client';
import type { Meters } from '../loop/meters.js';
import type { Values } from './metric-table.js';
import { registerMetrics } from './metrics.js';
import { type PlainMetricParts, plainMetric } from './plain-metric.js';

const WORKER_PHASES = ['starting', 'serving', 'draining', 'ended', 'crashed'] as const;

/** How one worker of a group stands, as far as it is measured. */
export interface MeteredWorker {
  readonly index: number;
  readonly phase: (typeof WORKER_PHASES)[number];
  readonly lagging: boolean;
  /** Those on their way to it included. */
  readonly connections: number;
  /** Of them, those on their way. */
  readonly waiting: number;
  readonly restarts: number;
  readonly crashes: number;
  /** Of its present thread. */
  readonly cpuSeconds: number;
}

/** What is asked of a group: a ReactorGroup is one. */
export interface MeteredGroup {
  readonly coordinator: { readonly meters: Meters };
  /** Of the workers, by their names. */
  readonly meters: Readonly<Record<string, Meters>>;
  readonly workers: readonly MeteredWorker[];
}

interface GroupRow extends Omit<PlainMetricParts, 'read'> {
  readonly read: (workers: readonly MeteredWorker[]) => Values;
}

const byWorker = (type: GroupRow['type'], name: string, help: string, read: (worker: MeteredWorker) => number): GroupRow => {
  return { type, name, help, labelNames: ['reactor'], read: (workers) => workers.map((worker) => [{ reactor: workerName(worker.index) }, read(worker)]) };
};

/** What a group has besides the numbers of its reactors. */
const GROUP_ROWS: readonly GroupRow[] = [
  {
    type: 'gauge',
    name: 'edgeloop_workers',
    help: 'Workers of the group, by their phase. A worker is its place: one thread may follow another in it.',
    labelNames: ['phase'],
    read: (workers) => WORKER_PHASES.map((phase) => [{ phase }, workers.filter((worker) => worker.phase === phase).length]),
  },
  {
    type: 'gauge',
    name: 'edgeloop_group_skew_ratio',
    help: 'Connections of the serving worker with the fewest, divided by those of the one with the most: 1 is even.',
    labelNames: [],
    read: (workers) => [[{}, skewOf(workers)]],
  },
  byWorker('counter', 'edgeloop_worker_restarts_total', 'Threads that were started in the place of another: after a crash or a replacement.', ({ restarts }) => restarts),
  byWorker('counter', 'edgeloop_worker_crashes_total', 'Threads that have ended without having been told to, or could not start.', ({ crashes }) => crashes),
  byWorker('gauge', 'edgeloop_worker_lagging', '1 while its turns take longer than lagMs, so that it gets no new connections; else 0.', ({ lagging }) => Number(lagging)),
  byWorker('gauge', 'edgeloop_worker_waiting_connections', 'Connections handed to it that it has not taken in yet.', ({ waiting }) => waiting),
  byWorker('counter', 'edgeloop_worker_cpu_seconds_total', 'CPU time of its present thread.', ({ cpuSeconds }) => cpuSeconds),
];

/** The value of the label `reactor`. */
export function workerName(index: number): string {
  return `worker-${index}`;
}

/**
 * How evenly the open connections are spread over the workers that serve: the fewest that one has, divided by the most that one has. 1 is even,
 * and also what there is to say of no connections or of one worker; 0 is a worker without any beside one that has some.
 */
export function skewOf(workers: readonly Pick<MeteredWorker, 'phase' | 'connections'>[]): number {
  const loads = workers.filter(({ phase }) => phase === 'serving').map(({ connections }) => connections);
  const most = Math.max(0, ...loads);
  return most === 0 ? 1 : Math.max(0, Math.min(...loads)) / most;
}

/**
 * Makes prom-client metrics of all that is known of a group: those of each of its reactors, told apart by the label `reactor`, and the group's
 * own. A scrape reads them where they are counted and asks no worker, so it tells also of one that is blocked.
 */
export function registerGroupMetrics(registry: Registry, group: MeteredGroup): void {
  registerMetrics(registry, { coordinator: group.coordinator.meters, ...group.meters });
  for (const { read, ...row } of GROUP_ROWS) registry.registerMetric(plainMetric({ ...row, read: () => read(group.workers) }));
}

/** A registry with the metrics of a group, to which others may be added. */
export function metricsOfGroup(group: MeteredGroup): Registry {
  const registry = new Registry();
  registerGroupMetrics(registry, group);
  return registry;
}

/** As `processRegistry`, for a process that serves with a group: its metrics, and Node's own. To be made once. */
export function groupRegistry(group: MeteredGroup): Registry {
  const registry = metricsOfGroup(group);
  collectDefaultMetrics({ register: registry });
  return registry;
}
