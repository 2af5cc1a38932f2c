import type { Meters } from '../loop/meters.js';
import { STAGES, type Stage } from '../loop/stage.js';
import { monotonicMs } from '../loop/stopwatch.js';
import type { CounterName, Counters } from '../loop/counters.js';
import type { Gauges } from '../loop/gauges.js';
import type { HistogramCounts } from '../structures/histogram.js';

/** Why connections end, as the label `reason` says it. Of each end there is one reason. */
export const CLOSE_REASONS = {
  end: 'endedInOrder',
  destroyed: 'destroyed',
  reset: 'resets',
  network_error: 'networkErrors',
  handler_failed: 'handlerEnds',
  handshake_timeout: 'handshakeTimeouts',
  message_timeout: 'messageTimeouts',
  write_timeout: 'writeTimeouts',
  idle_timeout: 'idleTimeouts',
  lifetime: 'lifetimeTimeouts',
  slow_consumer: 'slowConsumers',
  output_limit: 'outputLimited',
  operator: 'closedByOperator',
  reactor_closed: 'evicted',
  worker_died: 'orphaned',
} as const satisfies Record<string, CounterName>;

/** How a reactor stands: the gauges that say something by themselves, and what follows from other numbers. */
export interface Standing extends Omit<Gauges, 'turnBeganMs' | 'turnEndedMs' | 'runningPlugin'> {
  readonly connectionsOpen: number;
  /** How long the present turn has lasted; 0 between turns. */
  readonly turnAgeSeconds: number;
}

/** The numbers of a reactor at one moment, as plain data. What is counted is cumulative: who wants rates takes two. */
export interface Snapshot {
  /** On the system's monotonic clock. */
  readonly atSeconds: number;
  readonly counters: Readonly<Counters>;
  readonly gauges: Readonly<Standing>;
  readonly stagesSeconds: Readonly<Record<Stage, number>>;
  readonly histograms: Readonly<Record<string, HistogramCounts>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly closes: Readonly<Record<string, number>>;
  readonly plugins: Readonly<Record<string, { readonly handlerSeconds: number; readonly stalls: number }>>;
}

/** Reads all numbers of a reactor; from any thread. */
export function takeSnapshot(meters: Meters): Snapshot {
  const { counters, turnSeconds, batchEvents, timerLatenessSeconds, readyAgeSeconds, handoffSeconds } = meters;
  return {
    atSeconds: monotonicMs() / 1000,
    counters: { ...counters },
    gauges: readGauges(meters),
    stagesSeconds: readStages(meters),
    histograms: {
      turnSeconds: turnSeconds.read(),
      batchEvents: batchEvents.read(),
      timerLatenessSeconds: timerLatenessSeconds.read(),
      readyAgeSeconds: readyAgeSeconds.read(),
      handoffSeconds: handoffSeconds.read(),
    },
    errors: Object.fromEntries(meters.errors.entries()),
    closes: Object.fromEntries(Object.entries(CLOSE_REASONS).map(([reason, counter]) => [reason, counters[counter]])),
    plugins: Object.fromEntries(meters.plugins.read().map(({ name, ...cost }) => [name, cost])),
  };
}

export function readGauges({ counters, gauges }: Meters): Standing {
  const { connectionsDraining, connectionsClosing, connectionsCongested, channels, readyQueue, timersPending, tasksPending, bytesQueued } = gauges;
  const { offloadsRunning, offloadsQueued } = gauges;
  const { accepted, connected, closed } = counters;
  return {
    // Another thread may read in the middle of a change, so the difference may be short of one connection for a moment.
    connectionsOpen: Math.max(0, accepted + connected - closed - connectionsDraining - connectionsClosing),
    connectionsDraining,
    connectionsClosing,
    connectionsCongested,
    channels,
    readyQueue,
    timersPending,
    tasksPending,
    bytesQueued,
    offloadsRunning,
    offloadsQueued,
    turnAgeSeconds: turnAge(gauges),
  };
}

/** How long the present turn has lasted; 0 between turns. A loop that is blocked shows here, to other threads. */
function turnAge({ turnBeganMs, turnEndedMs }: Meters['gauges']): number {
  return turnBeganMs > turnEndedMs ? Math.max(0, monotonicMs() - turnBeganMs) / 1000 : 0;
}

export function readStages({ stagesMs }: Meters): Record<Stage, number> {
  return Object.fromEntries(STAGES.map((stage, index) => [stage, (stagesMs[index] as number) / 1000])) as Record<Stage, number>;
}
