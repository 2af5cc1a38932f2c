import type { Call, Command } from '../../command/call.js';
import { randomCount } from '../../command/random-count.js';
import { beginMembers, memberWriter } from './member-reply.js';
import { readSortedSet } from './sorted-set-key.js';

export const zrandmember: Command = {
  name: 'zrandmember',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Answers members of a sorted set by chance: different ones, or with a negative count perhaps the same again.',
  complexity: 'O(N) for N members that are answered',
  syntax: 'key [count [WITHSCORES]]',
  execute(call) {
    if (call.count > 2) return replyMany(call);
    const zset = readSortedSet(call);
    if (zset === undefined) call.reply.nil();
    else zset.draw(1, memberWriter(call, false));
  },
};

function replyMany(call: Call): void {
  const { count, withPairs } = randomCount(call, 'WITHSCORES');
  const zset = readSortedSet(call);
  if (zset === undefined) return call.reply.array(0);
  const members = count < 0 ? -count : Math.min(count, zset.size);
  beginMembers(call, members, withPairs);
  const visit = memberWriter(call, withPairs);
  if (count < 0) zset.draw(members, visit);
  else zset.sample(members, visit);
}
