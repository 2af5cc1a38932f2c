import type { Holding, Holdings, MemoryKind, Sample } from '../server/sample.js';
import { type Slope, median, slopeOf } from './slope.js';

/** Cycles at the beginning in which a server opens what it keeps. Their last one is what all others are held against. */
export const WARM_UP_CYCLES = 2;
/** Of all cycles, the share at the beginning in which memory settles: V8 compiles, and its pages fill. What goes on growing does so later, too. */
const SETTLING_SHARE = 1 / 2;

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
 * What is held must be the same after every cycle. Memory is not that exact: it fails only if it grows for certain, that
 * is, if the lower end of the confidence interval of its slope is above what is tolerated.
 *
 * Objects are the sharp instrument, because nothing but the program makes them: what one connection in a hundred loses is
 * found. Bytes are for what is no object. Of them an object's worth for each connection is tolerated, 16 bytes in
 * V8, for what is lost with each connection is no less; below that V8's compiler alone is seen at work.
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

interface Measure {
  readonly title: string;
  readonly unit: string;
  /** How much of what is counted is one of the unit. */
  readonly unitSize: number;
  /** For each connection that was accepted in a cycle. */
  readonly tolerated: number;
}

const BYTES = { unit: 'kB', unitSize: 1024, tolerated: 16 } as const;

const MEASURES: Readonly<Record<MemoryKind, Measure>> = {
  objects: { title: 'objects', unit: 'objects', unitSize: 1, tolerated: 0.01 },
  heap: { title: 'the heap', ...BYTES },
  external: { title: 'memory outside of the heap', ...BYTES },
  resident: { title: 'resident memory', ...BYTES },
};

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
  const measure = MEASURES[kind];
  const slope = slopeOf(cycles.map(({ memory }) => memory[kind]));
  if (slope.low === -Infinity) return { grows: false, text: `${measure.title}: not judged, for ${cycles.length} cycles after it has settled are too few to tell a slope from noise` };
  const tolerated = measure.tolerated * median(cycles.map(({ accepted }) => accepted));
  return { grows: slope.low > tolerated, text: slopeText(slope, measure, tolerated, cyclesPerMinute(cycles)) };
}

function cyclesPerMinute(cycles: readonly Cycle[]): number {
  const [first, last] = [cycles[0] as Cycle, cycles.at(-1) as Cycle];
  return (cycles.length - 1) / (last.endMinutes - first.endMinutes);
}

function slopeText({ perCycle, low, high }: Slope, { title, unit, unitSize }: Measure, tolerated: number, factor: number): string {
  const amount = (value: number) => `${signed(value / unitSize)} ${unit}`;
  return `${title}: ${amount(perCycle * factor)} a minute; a cycle ${amount(perCycle)}, for certain from ${signed(low / unitSize)} to ${amount(high)}, and ${amount(tolerated)} tolerated`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
