import { parseDouble, parseDoubleAsC } from '../../bytes/double.js';
import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { SortedBound } from '../../values/sorted-bound.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';

const NOT_A_FLOAT_RANGE = new ReplyError('ERR min or max is not a float');
const NOT_A_LEX_RANGE = new ReplyError('ERR min or max not valid string range item');

const MINUS = 0x2d;
const PLUS = 0x2b;
const PARENTHESIS = 0x28;
const BRACKET = 0x5b;

/** The members between two bounds. All kinds of range come down to one of ranks, from the first to behind the last: empty if that is not greater. */
export interface MemberRange {
  from(zset: SortedSetValue): number;
  to(zset: SortedSetValue): number;
}

const bound = new SortedBound();

/** From one rank to another one, which is included; negative ones count from the end. If the order is the reverse, so are the ranks. */
export function rankRange(call: Call, startIndex: number, stopIndex: number): MemberRange {
  const start = call.integer(startIndex);
  const stop = call.integer(stopIndex);
  return {
    from: ({ size }) => Math.max(0, start < 0 ? start + size : start),
    to: ({ size }) => Math.min(size, (stop < 0 ? stop + size : stop) + 1),
  };
}

/** From one score to another one: included, or with a parenthesis before it not. */
export function scoreRange(call: Call, minIndex: number, maxIndex: number): MemberRange {
  const min = readScore(call, minIndex);
  const max = readScore(call, maxIndex);
  const isMinExcluded = isExcluded(call, minIndex);
  const isMaxExcluded = isExcluded(call, maxIndex);
  return {
    from: (zset) => zset.rankOf(bound.byScore(min, isMinExcluded)),
    to: (zset) => zset.rankOf(bound.byScore(max, !isMaxExcluded)),
  };
}

/** From one member to another one, in the order of bytes: `[` includes it, `(` does not; `-` is before all of them, `+` behind. */
export function lexRange(call: Call, minIndex: number, maxIndex: number): MemberRange {
  checkLexBound(call, minIndex);
  checkLexBound(call, maxIndex);
  return {
    from: (zset) => lexRank(call, minIndex, zset, isExcluded(call, minIndex)),
    to: (zset) => lexRank(call, maxIndex, zset, !isExcluded(call, maxIndex)),
  };
}

function firstByte(call: Call, index: number): number {
  return call.length(index) === 0 ? 0 : (call.source[call.start(index)] as number);
}

function isExcluded(call: Call, index: number): boolean {
  return firstByte(call, index) === PARENTHESIS;
}

function readScore(call: Call, index: number): number {
  const { source } = call;
  const start = call.start(index) + (isExcluded(call, index) ? 1 : 0);
  const score = parseDouble(source, start, call.end(index));
  if (!Number.isNaN(score)) return score;
  const unusual = parseDoubleAsC(source, start, call.end(index));
  if (Number.isNaN(unusual)) throw NOT_A_FLOAT_RANGE;
  return unusual;
}

function checkLexBound(call: Call, index: number): void {
  const first = firstByte(call, index);
  if (first === PARENTHESIS || first === BRACKET) return;
  if ((first !== MINUS && first !== PLUS) || call.length(index) !== 1) throw NOT_A_LEX_RANGE;
}

/** How many members come before a bound, or with `orEqual` are the bound itself. */
function lexRank(call: Call, index: number, zset: SortedSetValue, orEqual: boolean): number {
  const first = firstByte(call, index);
  if (first === MINUS) return 0;
  if (first === PLUS) return zset.size;
  return zset.rankOf(bound.byMember(call.source, call.start(index) + 1, call.end(index), orEqual));
}
