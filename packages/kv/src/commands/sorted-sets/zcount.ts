import type { Call, Command } from '../../command/call.js';
import { lexRange, type MemberRange, scoreRange } from './member-range.js';
import { readSortedSet } from './sorted-set-key.js';

export const zcount: Command = {
  name: 'zcount',
  arity: 4,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '2.0.0',
  summary: 'Answers how many members have scores between two bounds.',
  complexity: 'O(log N) in a set of N members',
  syntax: 'key min max',
  execute(call) {
    replyCount(call, scoreRange(call, 2, 3));
  },
};

export const zlexcount: Command = {
  ...zcount,
  name: 'zlexcount',
  since: '2.8.9',
  summary: 'Answers how many members are between two bounds in the order of their bytes, where all scores are the same.',
  execute(call) {
    replyCount(call, lexRange(call, 2, 3));
  },
};

function replyCount(call: Call, range: MemberRange): void {
  const zset = readSortedSet(call);
  call.reply.integer(zset === undefined ? 0 : Math.max(0, range.to(zset) - range.from(zset)));
}
