/** The smallest of 1, 2 and 5 times a power of ten that is at least `value`, so that an axis changes seldom, and then clearly. */
export function ceiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((candidate) => value <= candidate * power * (1 + 1e-9)) ?? 10;
  return Number((step * power).toPrecision(1));
}

/** Where a linear axis from 0 to a {@link ceiling} is labelled: four or five even steps. */
export function evenTicks(top: number): number[] {
  const steps = top.toExponential().startsWith('2') ? 4 : 5;
  return Array.from({ length: steps + 1 }, (_, index) => Number(((top / steps) * index).toPrecision(12)));
}

/** The powers of ten that enclose the values: from the one at or below the lowest to the one at or above the highest. */
export function decades(lowest: number, highest: number): readonly [number, number] {
  const bottom = Math.floor(Math.log10(lowest) + 1e-9);
  return [10 ** bottom, 10 ** Math.max(bottom + 1, Math.ceil(Math.log10(highest) - 1e-9))];
}

/** Where an axis between two powers of ten is labelled: at each power between. */
export function decadeTicks(bottom: number, top: number): number[] {
  const first = Math.round(Math.log10(bottom));
  const last = Math.round(Math.log10(top));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** Where an axis of time is labelled, in seconds before now: each minute, or each 20 s where it is a minute long. */
export function timeTicks(windowSeconds: number): number[] {
  const step = windowSeconds > 60 ? 60 : 20;
  return Array.from({ length: Math.floor(windowSeconds / step) + 1 }, (_, index) => -windowSeconds + step * index);
}

/** "-2 min", "-40 s", "now" */
export function timeLabel(offsetSeconds: number, windowSeconds: number): string {
  if (offsetSeconds === 0) return 'now';
  return windowSeconds > 60 ? `${offsetSeconds / 60} min` : `${offsetSeconds} s`;
}
