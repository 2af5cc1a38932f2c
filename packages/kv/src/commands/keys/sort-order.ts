import { compareBytes } from '../../bytes/byte-order.js';
import { parseDouble } from '../../bytes/double.js';
import { ReplyError } from '../../command/reply-error.js';
import type { Database } from '../../store/database.js';
import type { SortPattern } from './sort-pattern.js';

/** Smaller numbers but 0 are not exact, which SORT takes for none. */
const MIN_NORMAL = 2 ** -1022;
const NOT_A_NUMBER = new ReplyError("ERR One or more scores can't be converted into double");

interface WeightedByNumber {
  readonly element: Buffer;
  readonly weight: number;
}

interface WeightedByText {
  readonly element: Buffer;
  readonly weight: Buffer | undefined;
}

/** Elements in the order of their numbers, or of those that a pattern finds; equal ones in the order of their bytes. Error: ReplyError */
export function sortByNumber(db: Database, elements: readonly Buffer[], by: SortPattern | undefined): Buffer[] {
  const weighted = elements.map((element): WeightedByNumber => ({ element, weight: numberOf(db, element, by) }));
  weighted.sort((one, other) => compareNumbers(one.weight, other.weight) || compare(one.element, other.element));
  return weighted.map(({ element }) => element);
}

/** Elements in the order of their bytes, or of those that a pattern finds; without any they come first. */
export function sortByText(db: Database, elements: readonly Buffer[], by: SortPattern | undefined): Buffer[] {
  if (by === undefined) return elements.toSorted(compare);
  const weighted = elements.map((element): WeightedByText => ({ element, weight: by.find(db, element)?.copy() }));
  weighted.sort((one, other) => compareTexts(one.weight, other.weight));
  return weighted.map(({ element }) => element);
}

function numberOf(db: Database, element: Buffer, by: SortPattern | undefined): number {
  if (by === undefined) return parseWeight(element);
  const found = by.find(db, element);
  return found === undefined ? 0 : parseWeight(found.copy());
}

/** As C's strtod reads it: blanks may stand before a number, a zero byte ends it, and nothing at all is 0. */
function parseWeight(text: Buffer): number {
  const zero = text.indexOf(0);
  const end = zero < 0 ? text.length : zero;
  if (end === 0) return 0;
  let start = 0;
  while (start < end && isBlank(text[start] as number)) start++;
  const value = parseDouble(text, start, end);
  if (Number.isNaN(value) || (value !== 0 && Math.abs(value) < MIN_NORMAL)) throw NOT_A_NUMBER;
  return value;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Infinities have no difference. */
function compareNumbers(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function compare(one: Buffer, other: Buffer): number {
  return compareBytes(one, 0, one.length, other, 0, other.length);
}

function compareTexts(one: Buffer | undefined, other: Buffer | undefined): number {
  if (one === undefined || other === undefined) return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
  return compare(one, other);
}
