/** A score as Redis 7.0 writes it: with 17 significant digits where it takes them, without a fraction where there is none. */
export function doubleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
