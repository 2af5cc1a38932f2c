// What lies below a share of the values that a histogram has counted.

/**
 * `counts` has one more than `bounds`: what is above all of them. Within a bucket the values are taken to lie evenly, as Prometheus'
 * histogram_quantile does; of what is above all bounds no more is known than that, so it is the last bound then.
 */
export function quantile(bounds: readonly number[], counts: readonly number[], share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw new Error('an empty histogram has no quantiles');
  let rank = share * total;
  for (const [bucket, upper] of bounds.entries()) {
    const count = counts[bucket]!;
    const lower = bounds[bucket - 1] ?? 0;
    if (count > 0 && rank <= count) return lower + (upper - lower) * (rank / count);
    rank -= count;
  }
  return bounds.at(-1)!;
}
