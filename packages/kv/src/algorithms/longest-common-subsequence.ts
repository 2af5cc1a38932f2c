/** A range that two strings share: the same bytes at `aStart` to `aEnd` and at `bStart` to `bEnd`, the ends included. */
export interface CommonRange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** How long the longest common subsequence of two strings is. Takes time for each pair of their bytes, and room for one string. */
export function commonLength(a: Uint8Array, b: Uint8Array): number {
  const row = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) nextRow(a[i]!, b, row);
  return row[b.length]!;
}

/** Makes the lengths for the prefixes of `a` those for prefixes that are one longer, by `byte`. */
function nextRow(byte: number, b: Uint8Array, row: Uint32Array): void {
  let diagonal = 0;
  for (let j = 1; j <= b.length; j++) {
    const above = row[j]!;
    row[j] = byte === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!);
    diagonal = above;
  }
}

/**
 * A longest common subsequence of two strings, and where it lies in them: of several the one that Redis finds, and its ranges
 * in Redis's order, from the end of the strings to their beginning.
 *
 * The way back needs the direction from each pair of bytes only, one bit, where the table of lengths would take 32.
 */
export class LongestCommonSubsequence {
  readonly ranges: readonly CommonRange[];
  readonly #a: Uint8Array;

  constructor(a: Uint8Array, b: Uint8Array) {
    this.#a = a;
    this.ranges = walkBack(a, b, directions(a, b));
  }

  get length(): number {
    return this.ranges.reduce((sum, { aStart, aEnd }) => sum + aEnd - aStart + 1, 0);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.ranges.toReversed().map(({ aStart, aEnd }) => this.#a.subarray(aStart, aEnd + 1)));
  }
}

/** A bit for each pair of bytes, set where leaving out that of `a` leaves a longer subsequence than leaving out that of `b`. */
function directions(a: Uint8Array, b: Uint8Array): Uint8Array {
  const rowBytes = (b.length + 7) >> 3;
  const bits = new Uint8Array(a.length * rowBytes);
  let above = new Uint32Array(b.length + 1);
  let row = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    row.set(above);
    nextRow(a[i]!, b, row);
    for (let j = 0; j < b.length; j++) if (above[j + 1]! > row[j]!) bits[i * rowBytes + (j >> 3)]! |= 1 << (j & 7);
    [above, row] = [row, above];
  }
  return bits;
}

/** Goes from the last pair of bytes to the first, and collects the diagonals on the way. */
function walkBack(a: Uint8Array, b: Uint8Array, bits: Uint8Array): CommonRange[] {
  const rowBytes = (b.length + 7) >> 3;
  const ranges: CommonRange[] = [];
  let i = a.length - 1;
  let j = b.length - 1;
  while (i >= 0 && j >= 0) {
    const [aEnd, bEnd] = [i, j];
    while (i >= 0 && j >= 0 && a[i] === b[j]) {
      i--;
      j--;
    }
    if (i < aEnd) ranges.push({ aStart: i + 1, aEnd, bStart: j + 1, bEnd });
    else if (bits[i * rowBytes + (j >> 3)]! & (1 << (j & 7))) i--;
    else j--;
  }
  return ranges;
}
