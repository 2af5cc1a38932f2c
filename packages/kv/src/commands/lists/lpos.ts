import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { ListValue } from '../../values/list-value.js';
import { readList } from './list-key.js';

const RANK_ZERO = new ReplyError(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
const COUNT_NEGATIVE = new ReplyError("ERR COUNT can't be negative");
const MAXLEN_NEGATIVE = new ReplyError("ERR MAXLEN can't be negative");
const LEAST = -(2n ** 63n);

/** What LPOS looks for. */
interface Search {
  /** Which match is the first to be answered, 1 for the first one; negative from the tail. */
  rank: number;
  /** How many to answer, in an array; undefined for one without an array. */
  count: number | undefined;
  /** How many elements to look at. */
  within: number;
}

export const lpos: Command = {
  name: 'lpos',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'list',
  since: '6.0.6',
  summary: 'Answers the index of an element that equals one, or with COUNT those of several.',
  complexity: 'O(N) for N elements that are looked at',
  syntax: 'key element [RANK rank] [COUNT num-matches] [MAXLEN len]',
  execute(call) {
    const search = readSearch(call);
    const list = readList(call);
    if (search.count === undefined) replyFirst(call, list, search);
    else replyAll(call, list, search, search.count);
  },
};

function readSearch(call: Call): Search {
  const search: Search = { rank: 1, count: undefined, within: Number.POSITIVE_INFINITY };
  for (let i = 3; i < call.count; i += 2) {
    if (i + 1 === call.count) throw SYNTAX;
    if (call.is(i, 'RANK')) search.rank = readRank(call, i + 1);
    else if (call.is(i, 'COUNT')) search.count = readLimit(call, i + 1, COUNT_NEGATIVE);
    else if (call.is(i, 'MAXLEN')) search.within = readLimit(call, i + 1, MAXLEN_NEGATIVE);
    else throw SYNTAX;
  }
  return search;
}

function readRank(call: Call, index: number): number {
  const rank = call.integer64(index);
  if (rank === 0) throw RANK_ZERO;
  // The least integer, whose magnitude is none of 64 bits, stands for the last match in Redis.
  return rank === LEAST ? -1 : Number(rank);
}

/** 0 means that there is no limit. */
function readLimit(call: Call, index: number, error: ReplyError): number {
  const limit = call.integer(index, error);
  if (limit < 0) throw error;
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

function replyFirst(call: Call, list: ListValue | undefined, search: Search): void {
  let first = -1;
  visitMatches(call, list, search, (index) => {
    first = index;
    return false;
  });
  if (first < 0) call.reply.nil();
  else call.reply.integer(first);
}

function replyAll(call: Call, list: ListValue | undefined, search: Search, count: number): void {
  const { reply } = call;
  const array = reply.beginDeferred();
  let matches = 0;
  visitMatches(call, list, search, (index) => {
    reply.integer(index);
    return ++matches < count;
  });
  reply.endDeferred(array, 'array', matches);
}

/** Visits the matches from the one with the rank on, until the visitor returns false. */
function visitMatches(call: Call, list: ListValue | undefined, { rank, within }: Search, visit: (index: number) => boolean): void {
  let skipped = Math.abs(rank) - 1;
  list?.search(rank < 0 ? 'tail' : 'head', within, call.source, call.start(2), call.end(2), (index) => skipped-- > 0 || visit(index));
}
