import type { SortedTable } from '../../values/sorted-table.js';
import type { ScoredSource, ScoredVisitor } from './scored-source.js';

export type Aggregate = 'sum' | 'min' | 'max';

/** A source with the factor of its scores. */
export interface WeightedSource {
  readonly source: ScoredSource;
  readonly weight: number;
}

/** Adds what is in any of the sources to a table. */
export function unite(sources: readonly WeightedSource[], aggregate: Aggregate, result: SortedTable): void {
  for (const { source, weight } of smallestFirst(sources)) {
    source.forEach((buffer, start, end, score) => {
      const former = result.score(buffer, start, end);
      const weighted = zeroIfNone(score * weight);
      if (Number.isNaN(former)) result.set(buffer, start, end, weighted);
      else replace(result, buffer, start, end, former, aggregated(aggregate, former, weighted));
    });
  }
}

/** Visits what is in all of the sources, up to `limit` members, and returns how many these are. */
export function intersect(sources: readonly WeightedSource[], aggregate: Aggregate, visit: ScoredVisitor, limit = Number.POSITIVE_INFINITY): number {
  const [smallest, ...others] = smallestFirst(sources) as [WeightedSource, ...WeightedSource[]];
  let found = 0;
  smallest.source.forEach((buffer, start, end, score) => {
    if (found === limit) return;
    let total = zeroIfNone(score * smallest.weight);
    for (const { source, weight } of others) {
      const other = source.score(buffer, start, end);
      if (Number.isNaN(other)) return;
      total = aggregated(aggregate, total, other * weight);
    }
    found++;
    visit(buffer, start, end, total);
  });
  return found;
}

/** Visits what is in the first of the sources and in none of the others. */
export function subtract([first, ...others]: readonly WeightedSource[], visit: ScoredVisitor): void {
  first?.source.forEach((buffer, start, end, score) => {
    if (others.every(({ source }) => Number.isNaN(source.score(buffer, start, end)))) visit(buffer, start, end, score);
  });
}

/** The order in which Redis adds up, too, which shows in the last digits of sums. */
function smallestFirst(sources: readonly WeightedSource[]): WeightedSource[] {
  return sources.toSorted((one, other) => one.source.size - other.source.size);
}

function aggregated(aggregate: Aggregate, one: number, other: number): number {
  if (aggregate === 'sum') return zeroIfNone(one + other);
  return (aggregate === 'min' ? other < one : other > one) ? other : one;
}

/** What infinities of both signs add up to, or one makes with the factor 0, counts as 0. */
function zeroIfNone(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

/** As `set` does, but that 0 may take the place of -0, too. */
function replace(table: SortedTable, member: Buffer, start: number, end: number, former: number, score: number): void {
  if (score === 0 && former === 0 && !Object.is(score, former)) table.delete(member, start, end);
  table.set(member, start, end, score);
}
