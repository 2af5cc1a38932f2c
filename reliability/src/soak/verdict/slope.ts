/** By how much a quantity changes from one cycle to the next. */
export interface Slope {
  /** The median of the slopes between all pairs of values. */
  readonly perCycle: number;
  /** The slope lies between these in 999 of 1000 cases in which there is none but chance in the differences. Infinite where there are too few values to say. */
  readonly low: number;
  readonly high: number;
}

/** The quantile of the normal distribution for 99.9 %, both sides together. */
const QUANTILE = 3.29;
/** With so many there are 125,000 pairs; what is longer is thinned out first. */
const MOST_VALUES = 500;

/**
 * The slope by Theil and Sen: the median of the slopes of all pairs of values, with the confidence interval that Sen derived for it
 * from Kendall's statistic (Journal of the American Statistical Association 63, 1968). A quarter of the values may be
 * wild without moving it much, and nothing is assumed of how the noise is distributed: what a garbage collector
 * leaves behind is not normal.
 */
export function slopeOf(values: readonly number[]): Slope {
  const group = Math.ceil(values.length / MOST_VALUES);
  const thinned = group === 1 ? values : mediansOf(values, group);
  const slopes = pairSlopes(thinned);
  if (slopes.length === 0) return { perCycle: 0, low: -Infinity, high: Infinity };
  const n = thinned.length;
  // The variance of Kendall's S where there is no slope.
  const spread = QUANTILE * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const below = Math.floor((slopes.length - spread) / 2);
  const low = below < 1 ? -Infinity : (slopes[below - 1] as number);
  const high = below < 1 ? Infinity : (slopes[slopes.length - below] as number);
  return { perCycle: medianOfSorted(slopes) / group, low: low / group, high: high / group };
}

export function median(values: readonly number[]): number {
  return medianOfSorted(Float64Array.from(values).sort());
}

/** Between all pairs, in ascending order. */
function pairSlopes(values: readonly number[]): Float64Array {
  const slopes = new Float64Array((values.length * (values.length - 1)) / 2);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) slopes[at++] = ((values[j] as number) - (values[i] as number)) / (j - i);
  }
  return slopes.sort();
}

function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function mediansOf(values: readonly number[], group: number): number[] {
  const whole = Math.floor(values.length / group);
  return Array.from({ length: whole }, (_, index) => median(values.slice(index * group, (index + 1) * group)));
}
