import type { Holding, Holdings, MemoryKind, MemoryUse, Sample } from '../server/sample.js';
import { type Slope, median, slopeOf } from './slope.js';

/** Cycles at the beginning in which a server opens what it keeps. Their last one is what all others are held against. */
export const WARM_UP_CYCLES = 2;
/** Of all cycles, the share at the beginning in which V8 still compiles, and the heap finds its size. */
const SETTLING_SHARE = 1 / 3;
/** The smallest object of V8 on a machine of 64 bits: its map and one field. */
const SMALLEST_OBJECT_BYTES = 16;

/** What is known of a cycle when it is over. */
export interface Cycle extends Sample {
  /** Since the soak began. */
  readonly endMinutes: number;
  readonly accepted: number;
}

export interface Verdict {
  /** Empty if the soak has passed. */
  readonly failures: readonly string[];
  /** What was measured, and what could not be judged. */
  readonly notes: readonly string[];
}

/**
 * Judges a server by how it stood after each cycle, when nobody was there.
 *
 * What is counted must be the same after every cycle. Memory is not that exact: it fails only if it grows for certain, that
 * is, if the lower end of the confidence interval of its slope is above what is tolerated. That is 16 bytes for each
 * connection that was accepted: whatever is lost with each connection is at least an object, and no object is smaller.
 */
export function judge(cycles: readonly Cycle[]): Verdict {
  const [base, ...judged] = cycles.slice(WARM_UP_CYCLES - 1);
  if (base === undefined || judged.length === 0) return { failures: ['too few cycles to judge'], notes: [] };
  const changes = (Object.keys(base.holdings) as Holding[]).flatMap((name) => changeOf(name, base, judged));
  const settled = cycles.slice(Math.max(WARM_UP_CYCLES, Math.ceil(cycles.length * SETTLING_SHARE)));
  const memory = (Object.keys(base.memory) as MemoryKind[]).map((kind) => growthOf(kind, settled));
  return {
    failures: [...changes, ...memory.filter(({ grows }) => grows).map(({ text }) => text)],
    notes: [...(changes.length === 0 ? [holdingsText(base.holdings, judged.length)] : []), ...memory.filter(({ grows }) => !grows).map(({ text }) => text)],
  };
}

const HOLDING_TEXTS: Readonly<Record<Holding, string>> = {
  descriptors: 'descriptors',
  registrations: 'descriptors in epoll sets',
  slots: 'slots',
  timers: 'timers',
  tasks: 'tasks',
  connections: 'connections',
  queuedBytes: 'queued bytes',
};

const MEMORY_TEXTS: Readonly<Record<MemoryKind, string>> = {
  heap: 'the heap',
  external: 'memory outside of the heap',
  resident: 'resident memory',
} satisfies Readonly<Record<keyof MemoryUse, string>>;

/** Nothing, or what has changed. */
function changeOf(name: Holding, base: Cycle, judged: readonly Cycle[]): string[] {
  const first = base.holdings[name];
  const other = judged.find(({ holdings }) => holdings[name] !== first);
  if (other === undefined) return [];
  const last = judged.at(-1) as Cycle;
  const perMinute = (last.holdings[name] - first) / (last.endMinutes - base.endMinutes);
  const since = `${HOLDING_TEXTS[name]} were ${first} when nobody was there, and then ${judged.map(({ holdings }) => holdings[name]).slice(0, 8).join(', ')}`;
  return [`${since}${judged.length > 8 ? ', …' : ''}: ${signed(perMinute)} a minute`];
}

function holdingsText(holdings: Holdings, cycles: number): string {
  const counts = (Object.keys(holdings) as Holding[]).map((name) => `${holdings[name]} ${HOLDING_TEXTS[name]}`);
  return `after each of ${cycles} cycles the same was left: ${counts.join(', ')}`;
}

interface Growth {
  readonly grows: boolean;
  readonly text: string;
}

function growthOf(kind: MemoryKind, cycles: readonly Cycle[]): Growth {
  const slope = slopeOf(cycles.map(({ memory }) => memory[kind]));
  if (slope.low === -Infinity) return { grows: false, text: `${MEMORY_TEXTS[kind]}: not judged, for ${cycles.length} cycles after it has settled are too few to tell a slope from noise` };
  const tolerated = SMALLEST_OBJECT_BYTES * median(cycles.map(({ accepted }) => accepted));
  return { grows: slope.low > tolerated, text: `${MEMORY_TEXTS[kind]} ${slopeText(slope, tolerated, perMinuteFactor(cycles))}` };
}

function perMinuteFactor(cycles: readonly Cycle[]): number {
  const [first, last] = [cycles[0] as Cycle, cycles.at(-1) as Cycle];
  return (cycles.length - 1) / (last.endMinutes - first.endMinutes);
}

function slopeText({ perCycle, low, high }: Slope, tolerated: number, cyclesPerMinute: number): string {
  const kilobytes = (bytes: number) => `${signed(bytes / 1024)} kB`;
  const interval = `${kilobytes(perCycle)} a cycle, with 99.9 % certainty from ${kilobytes(low)} to ${kilobytes(high)}`;
  return `${interval}; ${kilobytes(tolerated)} are tolerated, an object for each connection (${kilobytes(perCycle * cyclesPerMinute)} a minute)`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
