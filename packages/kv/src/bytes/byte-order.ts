/** Members mostly differ early; from here on the one call that compares the rest in C is worth its fixed cost. */
const LOOP_COMPARE_BYTES = 64;

/**
 * The order of byte strings, as memcmp has it: below 0 if `a[aStart, aEnd)` comes first, above if it comes last, 0 if they
 * are equal. A prefix comes before what it begins.
 */
export function compareBytes(a: Buffer, aStart: number, aEnd: number, b: Buffer, bStart: number, bEnd: number): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const shorter = aLength < bLength ? aLength : bLength;
  const looped = shorter < LOOP_COMPARE_BYTES ? shorter : LOOP_COMPARE_BYTES;
  for (let i = 0; i < looped; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  if (shorter === looped) return aLength - bLength;
  return a.compare(b, bStart + looped, bEnd, aStart + looped, aEnd);
}
