import type { Call } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';
import { lexRange, type MemberRange, rankRange, scoreRange } from './member-range.js';

const LIMITED_RANKS = new ReplyError('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
const SCORES_BY_LEX = new ReplyError('ERR syntax error, WITHSCORES not supported in combination with BYLEX');

type RangeBy = 'rank' | 'score' | 'lex';

/** What the name of a command says of its range. What it leaves open, options may say. */
export interface RangeCommand {
  /** The argument that is the first bound; the second one follows it. */
  readonly first: number;
  readonly by?: RangeBy;
  readonly isReversed?: boolean;
  /** Whether the range is to be stored, not answered. */
  readonly isStored?: boolean;
}

/** The members that ZRANGE and its relatives are asked for. */
export interface RangeQuery {
  readonly range: MemberRange;
  readonly by: RangeBy;
  readonly isReversed: boolean;
  readonly offset: number;
  /** Negative: no limit. */
  readonly limit: number;
  readonly withScores: boolean;
}

/** Ranks from one to behind another one; if the order is the reverse, they count from the end. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Options as they are read. */
interface Options {
  by: RangeBy | undefined;
  isReversed: boolean | undefined;
  offset: number;
  limit: number;
  withScores: boolean;
}

export function readRangeQuery(call: Call, command: RangeCommand): RangeQuery {
  const options = readOptions(call, command);
  const { by = 'rank', isReversed = false, offset, limit, withScores } = options;
  if (limit !== -1 && by === 'rank') throw LIMITED_RANKS;
  if (withScores && by === 'lex') throw SCORES_BY_LEX;
  return { range: readRange(call, command.first, by, isReversed), by, isReversed, offset, limit, withScores };
}

/** The ranks that a query asks for. */
export function spanOf(zset: SortedSetValue, { range, by, isReversed, offset, limit }: RangeQuery): Span {
  let from = range.from(zset);
  let to = range.to(zset);
  // Ranks that are asked for in the reverse order are given in it already. The one limit that they may have, of -1, says nothing.
  if (by !== 'rank') {
    if (isReversed) [from, to] = [zset.size - to, zset.size - from];
    from = offset < 0 ? to : from + offset;
    if (limit >= 0) to = Math.min(to, from + limit);
  }
  return from < to ? { from, to } : { from: 0, to: 0 };
}

function readOptions(call: Call, command: RangeCommand): Options {
  const options: Options = { by: command.by, isReversed: command.isReversed, offset: 0, limit: -1, withScores: false };
  for (let i = command.first + 2; i < call.count; i++) {
    if (command.isStored !== true && call.is(i, 'WITHSCORES')) options.withScores = true;
    else if (call.is(i, 'LIMIT') && i + 2 < call.count) {
      options.offset = call.integer(i + 1);
      options.limit = call.integer(i + 2);
      i += 2;
    } else if (options.isReversed === undefined && call.is(i, 'REV')) options.isReversed = true;
    else if (options.by === undefined && call.is(i, 'BYLEX')) options.by = 'lex';
    else if (options.by === undefined && call.is(i, 'BYSCORE')) options.by = 'score';
    else throw SYNTAX;
  }
  return options;
}

function readRange(call: Call, first: number, by: RangeBy, isReversed: boolean): MemberRange {
  if (by === 'rank') return rankRange(call, first, first + 1);
  const [min, max] = isReversed ? [first + 1, first] : [first, first + 1];
  return by === 'score' ? scoreRange(call, min, max) : lexRange(call, min, max);
}
