import type { Call, Command } from '../../command/call.js';
import { filled } from '../../values/filled.js';
import { scoreOf, SortedSetValue } from '../../values/sorted-set-value.js';
import { SortedTable } from '../../values/sorted-table.js';
import type { ValueContext } from '../../values/value-context.js';
import { beginMembers, memberWriter } from './member-reply.js';
import { type RangeQuery, readRangeQuery, type Span, spanOf } from './range-query.js';
import { storeSortedSet } from './result.js';
import { readSortedSet } from './sorted-set-key.js';

const READ: Pick<Command, 'flags' | 'keys' | 'group' | 'complexity'> = {
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  complexity: 'O(log N + M) for M members that are answered, of a set of N',
};

export const zrange: Command = {
  ...READ,
  name: 'zrange',
  arity: -4,
  since: '1.2.0',
  summary: 'Answers the members in a range of ranks, or of scores, or of the members themselves where all scores are the same.',
  syntax: 'key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]',
  execute(call) {
    replyRange(call, readRangeQuery(call, { first: 2 }));
  },
};

export const zrevrange: Command = {
  ...zrange,
  name: 'zrevrange',
  summary: 'Answers the members in a range of ranks, from the highest score on.',
  syntax: 'key start stop [WITHSCORES]',
  execute(call) {
    replyRange(call, readRangeQuery(call, { first: 2, by: 'rank', isReversed: true }));
  },
};

export const zrangebyscore: Command = {
  ...zrange,
  name: 'zrangebyscore',
  since: '1.0.5',
  summary: 'Answers the members with scores between two bounds.',
  syntax: 'key min max [WITHSCORES] [LIMIT offset count]',
  execute(call) {
    replyRange(call, readRangeQuery(call, { first: 2, by: 'score', isReversed: false }));
  },
};

export const zrevrangebyscore: Command = {
  ...zrangebyscore,
  name: 'zrevrangebyscore',
  since: '2.2.0',
  summary: 'Answers the members with scores between two bounds, from the highest one on.',
  syntax: 'key max min [WITHSCORES] [LIMIT offset count]',
  execute(call) {
    replyRange(call, readRangeQuery(call, { first: 2, by: 'score', isReversed: true }));
  },
};

export const zrangebylex: Command = {
  ...zrange,
  name: 'zrangebylex',
  since: '2.8.9',
  summary: 'Answers the members between two others in the order of their bytes, where all scores are the same.',
  syntax: 'key min max [LIMIT offset count]',
  execute(call) {
    replyRange(call, readRangeQuery(call, { first: 2, by: 'lex', isReversed: false }));
  },
};

export const zrevrangebylex: Command = {
  ...zrangebylex,
  name: 'zrevrangebylex',
  summary: 'Answers the members between two others in the reverse order of their bytes, where all scores are the same.',
  syntax: 'key max min [LIMIT offset count]',
  execute(call) {
    replyRange(call, readRangeQuery(call, { first: 2, by: 'lex', isReversed: true }));
  },
};

export const zrangestore: Command = {
  ...zrange,
  name: 'zrangestore',
  arity: -5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  since: '6.2.0',
  summary: 'Stores what ZRANGE would answer, and answers how many members that are.',
  syntax: 'dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]',
  execute(call) {
    const query = readRangeQuery(call, { first: 3, isStored: true });
    const zset = readSortedSet(call, 2);
    storeSortedSet(call, 1, 'zrangestore', resultOf(call.server.keyspace, zset, query));
  },
};

/** The members that are to be stored. As in Redis, -0 stays what it is if there are many of them and that was known beforehand, by their ranks. */
function resultOf(context: ValueContext, zset: SortedSetValue | undefined, query: RangeQuery): SortedSetValue {
  const fill = (result: SortedTable | SortedSetValue) => {
    if (zset === undefined) return;
    const { from, to } = spanOf(zset, query);
    zset.range(from, to, query.isReversed, (buffer, start, end, scoreStart) => {
      result.set(buffer, start, end, scoreOf(buffer, scoreStart));
    });
  };
  return query.by === 'rank' ? SortedSetValue.of(context, filled(new SortedTable(context), fill)) : filled(new SortedSetValue(context), fill);
}

function replyRange(call: Call, query: RangeQuery): void {
  const zset = readSortedSet(call);
  if (zset === undefined) return call.reply.array(0);
  const { from, to }: Span = spanOf(zset, query);
  beginMembers(call, to - from, query.withScores);
  zset.range(from, to, query.isReversed, memberWriter(call, query.withScores));
}
