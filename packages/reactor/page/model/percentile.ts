import type { Histogram } from './stats.js';

/**
 * The value below which `share` (0 to 1) lies of what came between two states of a histogram; null if nothing came, or if it
 * was begun anew. Within a bucket it is interpolated evenly, as Prometheus' histogram_quantile does, so that the page and a
 * dashboard agree. Above all bounds nothing is known: then it is the highest bound.
 */
export function percentileBetween(before: Histogram | undefined, now: Histogram | undefined, share: number): number | null {
  const added = now?.counts.map((count, index) => count - (before?.counts[index] ?? 0)) ?? [];
  const total = added.reduce((sum, count) => sum + count, 0);
  if (now === undefined || total <= 0 || added.some((count) => count < 0)) return null;
  return valueAt(now.bounds, added, share * total);
}

function valueAt(bounds: readonly number[], added: readonly number[], rank: number): number | null {
  let below = 0;
  for (const [index, count] of added.entries()) {
    const bound = bounds[index];
    if (bound === undefined) break;
    if (count > 0 && below + count >= rank) {
      const floor = bounds[index - 1] ?? 0;
      return floor + (bound - floor) * ((rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}
