import { Random } from '@edgeloop/reactor/testing';

/** How often the last possibility is chosen where there are too many: mostly, mostly not, or as often as any other. */
const LAST_PERCENT = [97, 3, 50];

/**
 * All ways to make some choices, one after the other, where `counts` says how many possibilities each has: each way is a function
 * that tells the number chosen next. If they are more than `atMost`, so many are drawn: first all the first and all the last possibilities,
 * then at random, so that also a single one is often different from all others.
 */
export function* choices(counts: readonly number[], atMost: number, seed: number): Generator<() => number> {
  const ways = counts.reduce((product, count) => product * count, 1);
  if (ways <= atMost) {
    for (let way = 0; way < ways; way++) yield digits(counts, way);
    return;
  }
  const random = new Random(seed);
  for (let drawn = 0; drawn < atMost; drawn++) yield oneByOne(drawing(counts, drawn, random));
}

/** The digits of a number, to bases that differ. */
function digits(counts: readonly number[], way: number): () => number {
  let rest = way;
  return oneByOne(counts.map((count) => {
    const digit = rest % count;
    rest = (rest - digit) / count;
    return digit;
  }));
}

function drawing(counts: readonly number[], drawn: number, random: Random): number[] {
  if (drawn === 0) return counts.map(() => 0);
  if (drawn === 1) return counts.map((count) => count - 1);
  const lastPercent = LAST_PERCENT[drawn % LAST_PERCENT.length]!;
  return counts.map((count) => (random.below(100) < lastPercent ? count - 1 : random.below(count)));
}

function oneByOne(numbers: readonly number[]): () => number {
  let next = 0;
  return () => numbers[next++]!;
}
