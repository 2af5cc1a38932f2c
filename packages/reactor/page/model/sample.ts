import { percentileBetween } from './percentile.js';
import type { Counts, Stats } from './stats.js';

/** What is drawn, for one moment. Null where it is not known: nothing happened, or there is no earlier state to compare with. */
export type Sample = Readonly<Partial<Record<Series, number | null>>>;

/** Counters whose sum is a line, per second. */
const RATES = {
  accepted: ['accepted'],
  dialled: ['connected'],
  closed: ['closed'],
  received: ['bytesRead'],
  sent: ['bytesWritten'],
  handlerFailures: ['handlerFailures'],
  failed: ['failed'],
  timeouts: ['handshakeTimeouts', 'messageTimeouts', 'writeTimeouts', 'idleTimeouts', 'lifetimeTimeouts'],
  refused: ['shed', 'refusedByTotal', 'refusedByAddress', 'refusedByRate'],
  slow: ['slowConsumers', 'outputLimited'],
} as const;

const PERCENTILES = {
  turnP50: ['turnSeconds', 0.5],
  turnP99: ['turnSeconds', 0.99],
  turnP999: ['turnSeconds', 0.999],
  readyP99: ['readyAgeSeconds', 0.99],
  timersP99: ['timerLatenessSeconds', 0.99],
} as const;

export const STAGES = ['handler', 'read', 'write', 'dispatch', 'timers', 'tasks', 'wait'] as const;

export type Series = 'open' | 'congested' | 'ending' | keyof typeof RATES | keyof typeof PERCENTILES | (typeof STAGES)[number];

/** The sample that a state of the server gives, rates and percentiles being those since the state before it. */
export function sampleBetween(before: Stats | undefined, now: Stats): Sample {
  const standing = gauges(now.gauges);
  if (before === undefined || !sameRun(before, now)) return standing;
  const seconds = now.atSeconds - before.atSeconds;
  return { ...standing, ...rates(before, now, seconds), ...percentiles(before, now), ...stages(before, now, seconds) };
}

/** Whether both states are of one run of the server: after a restart the counters begin again, and a difference means nothing. */
export function sameRun(before: Stats, now: Stats): boolean {
  return before.pid === now.pid && now.atSeconds > before.atSeconds && now.uptimeSeconds >= before.uptimeSeconds;
}

/** How much a cumulative number has grown per second; null if it has fallen, which only one that was begun anew does. */
export function perSecondBetween(before: number, now: number, seconds: number): number | null {
  return seconds > 0 && now >= before ? (now - before) / seconds : null;
}

function gauges(gauge: Counts): Sample {
  const { connectionsOpen = 0, connectionsCongested = 0, connectionsDraining = 0, connectionsClosing = 0 } = gauge;
  return { open: connectionsOpen, congested: connectionsCongested, ending: connectionsDraining + connectionsClosing };
}

function rates(before: Stats, now: Stats, seconds: number): Sample {
  const sum = (counters: Counts, names: readonly string[]) => names.reduce((total, name) => total + (counters[name] ?? 0), 0);
  return mapValues(RATES, (names) => perSecondBetween(sum(before.counters, names), sum(now.counters, names), seconds));
}

function percentiles(before: Stats, now: Stats): Sample {
  return mapValues(PERCENTILES, ([name, share]) => percentileBetween(before.histograms[name], now.histograms[name], share));
}

/** The stages as shares of the time that passed. */
function stages(before: Stats, now: Stats, seconds: number): Sample {
  const share = (stage: string) => perSecondBetween(before.stagesSeconds[stage] ?? 0, now.stagesSeconds[stage] ?? 0, seconds);
  return Object.fromEntries(STAGES.map((stage) => [stage, share(stage)]));
}

function mapValues<Value>(record: Readonly<Record<string, Value>>, map: (value: Value) => number | null): Sample {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
