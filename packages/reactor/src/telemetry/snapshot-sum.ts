import type { HistogramCounts } from '../structures/histogram.js';
import type { Snapshot, Standing } from './snapshot.js';

type Numbers = Readonly<Record<string, number>>;

/** The numbers of several reactors, of which there is at least one, as if they were one's: sums, but of the age of a turn the worst. */
export function sumSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  const [first] = snapshots as readonly [Snapshot, ...Snapshot[]];
  const turnAgeSeconds = Math.max(...snapshots.map(({ gauges }) => gauges.turnAgeSeconds));
  return {
    atSeconds: first.atSeconds,
    counters: sumOf(snapshots.map(({ counters }) => counters)),
    gauges: { ...sumOf<Standing>(snapshots.map(({ gauges }) => gauges)), turnAgeSeconds },
    stagesSeconds: sumOf(snapshots.map(({ stagesSeconds }) => stagesSeconds)),
    histograms: merged(snapshots.map(({ histograms }) => histograms), sumOfHistograms),
    errors: sumOf(snapshots.map(({ errors }) => errors)),
    closes: sumOf(snapshots.map(({ closes }) => closes)),
    plugins: merged(snapshots.map(({ plugins }) => plugins), (costs) => sumOf(costs)),
  };
}

/** A name that some do not have counts as 0 there. */
function sumOf<Record extends { readonly [Name in keyof Record]: number }>(records: readonly Record[]): Record {
  return merged(records as readonly Numbers[], (values) => values.reduce((sum, value) => sum + value, 0)) as Record;
}

function merged<Value>(records: readonly Readonly<Record<string, Value>>[], merge: (values: readonly Value[]) => Value): Record<string, Value> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  const valuesOf = (name: string) => records.flatMap((record) => (name in record ? [record[name] as Value] : []));
  return Object.fromEntries(Array.from(names, (name) => [name, merge(valuesOf(name))]));
}

/** Of one name all have the same buckets. */
function sumOfHistograms(histograms: readonly HistogramCounts[]): HistogramCounts {
  const [{ bounds, counts }] = histograms as readonly [HistogramCounts, ...HistogramCounts[]];
  return {
    bounds,
    counts: counts.map((_, bucket) => histograms.reduce((sum, histogram) => sum + (histogram.counts[bucket] as number), 0)),
    sum: histograms.reduce((total, { sum }) => total + sum, 0),
  };
}
