/** Stands where there is no number. */
export const NOTHING = '–';

type Unit = readonly [factor: number, unit: string];
type Scale = readonly [Unit, ...Unit[]];

/** Powers of ten throughout, so that an axis in steps of 1, 2 and 5 has round labels. */
const BYTES: Scale = [[1, 'B'], [1e3, 'kB'], [1e6, 'MB'], [1e9, 'GB'], [1e12, 'TB'], [1e15, 'PB']];
const SECONDS: Scale = [[1e-6, 'µs'], [1e-3, 'ms'], [1, 's']];
const PLAIN: Scale = [[1, ''], [1e3, 'k'], [1e6, 'M'], [1e9, 'G']];

/** 1.5 kB */
export function bytes(value: number | null | undefined): string {
  return scaled(value, BYTES, ' ');
}

/** 1.5 kB/s */
export function bytesPerSecond(value: number | null | undefined): string {
  return withSuffix(bytes(value), '/s');
}

/** 12.3k/s; below 10 with one digit after the point, as rare events come less than once in a second. */
export function perSecond(value: number | null | undefined): string {
  return withSuffix(typeof value === 'number' && value < 10 ? String(Number(value.toFixed(1))) : scaled(value, PLAIN, ''), '/s');
}

/** 12.3 ms: a latency. */
export function seconds(value: number | null | undefined): string {
  return scaled(value, SECONDS, ' ');
}

/** 12.3 %, of a share from 0 to 1. */
export function percent(value: number | null | undefined): string {
  return typeof value === 'number' ? `${Number((value * 100).toFixed(value < 0.1 ? 1 : 0))} %` : NOTHING;
}

/** 12,345 */
export function count(value: number | null | undefined): string {
  return typeof value === 'number' ? Math.round(value).toLocaleString('en') : NOTHING;
}

/** 3 min 12 s: how long something has lasted, in its two largest units. */
export function span(value: number | null | undefined): string {
  if (typeof value !== 'number') return NOTHING;
  const whole = Math.max(0, Math.floor(value));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor(whole / 3600) % 24} h`;
}

/** 14:03:59, of a time in seconds since 1970, as the clock on the wall of who reads it. */
export function clock(atSeconds: number): string {
  return new Date(atSeconds * 1000).toLocaleTimeString('en-GB');
}

/** Three digits that mean something, in the unit that leaves fewer than 1000 before the point. */
function scaled(value: number | null | undefined, scale: Scale, space: string): string {
  if (typeof value !== 'number') return NOTHING;
  const rounded = Number(value.toPrecision(3));
  const [factor, unit] = scale.findLast(([factor]) => rounded >= factor) ?? scale[0];
  const digits = factor === 1 && scale !== SECONDS ? Math.round(rounded) : Number((rounded / factor).toPrecision(3));
  return `${rounded === 0 ? 0 : digits}${unit === '' ? '' : space + unit}`;
}

function withSuffix(text: string, suffix: string): string {
  return text === NOTHING ? NOTHING : text + suffix;
}
