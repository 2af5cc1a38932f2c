// Medians, and ratios that are taken within a round.

/** The median of the rounds, with the lowest and the highest round beside it. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle]!;
  const lower = sorted.length % 2 === 1 ? upper : sorted[middle - 1]!;
  return { median: (lower + upper) / 2, lowest: sorted[0]!, highest: sorted.at(-1)! };
}

/**
 * The spread of value ÷ base, each ratio taken within one round. The two were measured seconds apart, so a machine
 * that was slow for a while was slow for both, and the ratio keeps its meaning where absolute numbers lose theirs.
 */
export function ratioSpread(values: readonly number[], bases: readonly number[]): Spread {
  if (values.length !== bases.length) throw new Error('a ratio needs both peers in every round');
  return spread(values.map((value, round) => value / bases[round]!));
}

/** The same list beginning at another place, so that no server is always measured first. */
export function rotated<T>(list: readonly T[], by: number): T[] {
  const start = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
