import type { Call, Command } from '../../command/call.js';
import { readSortedSet } from './sorted-set-key.js';

export const zscore: Command = {
  name: 'zscore',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '1.2.0',
  summary: "Answers a member's score.",
  complexity: 'O(1)',
  syntax: 'key member',
  execute(call) {
    replyScore(call, readSortedSet(call)?.score(call.source, call.start(2), call.end(2)));
  },
};

export const zmscore: Command = {
  ...zscore,
  name: 'zmscore',
  arity: -3,
  since: '6.2.0',
  summary: 'Answers the scores of some members.',
  complexity: 'O(N) for N members',
  syntax: 'key member [member ...]',
  execute(call) {
    const zset = readSortedSet(call);
    call.reply.array(call.count - 2);
    for (let i = 2; i < call.count; i++) replyScore(call, zset?.score(call.source, call.start(i), call.end(i)));
  },
};

export const zcard: Command = {
  ...zscore,
  name: 'zcard',
  arity: 2,
  summary: 'Answers how many members a sorted set has.',
  syntax: 'key',
  execute(call) {
    call.reply.integer(readSortedSet(call)?.size ?? 0);
  },
};

export const zrank: Command = {
  ...zscore,
  name: 'zrank',
  since: '2.0.0',
  summary: "Answers a member's rank, which is 0 for the lowest score.",
  complexity: 'O(log N) in a set of N members',
  execute(call) {
    replyRank(call, false);
  },
};

export const zrevrank: Command = {
  ...zrank,
  name: 'zrevrank',
  summary: "Answers a member's rank in the reverse order: 0 for the highest score.",
  execute(call) {
    replyRank(call, true);
  },
};

function replyScore({ reply }: Call, score: number | undefined): void {
  if (score === undefined || Number.isNaN(score)) reply.nil();
  else reply.double(score);
}

function replyRank(call: Call, reversed: boolean): void {
  const zset = readSortedSet(call);
  const rank = zset?.rank(call.source, call.start(2), call.end(2)) ?? -1;
  if (zset === undefined || rank < 0) call.reply.nil();
  else call.reply.integer(reversed ? zset.size - 1 - rank : rank);
}
