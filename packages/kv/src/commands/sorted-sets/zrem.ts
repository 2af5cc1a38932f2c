import type { Call, Command } from '../../command/call.js';
import { removeEntry } from '../../command/key-removal.js';
import { ZSET } from '../../store/meta.js';
import { lexRange, type MemberRange, rankRange, scoreRange } from './member-range.js';
import { removeRanks, sortedSetOf } from './sorted-set-key.js';

export const zrem: Command = {
  name: 'zrem',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Removes members of a sorted set, and the set with the last of them; answers how many were there.',
  complexity: 'O(M * log N) for M members that are removed from a set of N',
  syntax: 'key member [member ...]',
  execute(call) {
    const entry = call.findTyped(1, ZSET);
    if (entry === 0) return call.reply.integer(0);
    const zset = sortedSetOf(call, entry);
    let removed = 0;
    for (let i = 2; i < call.count; i++) {
      if (zset.delete(call.source, call.start(i), call.end(i))) removed++;
    }
    if (removed > 0) call.changed(1, 'zrem', 'z');
    if (zset.size === 0) {
      removeEntry(call, 1, entry);
      call.server.reclaim();
    }
    call.reply.integer(removed);
  },
};

export const zremrangebyrank: Command = {
  ...zrem,
  name: 'zremrangebyrank',
  arity: 4,
  flags: ['write'],
  since: '2.0.0',
  summary: 'Removes the members from one rank to another one, and answers how many these were.',
  complexity: 'O(log N + M) for M members that are removed from a set of N',
  syntax: 'key start stop',
  execute(call) {
    removeRange(call, rankRange(call, 2, 3));
  },
};

export const zremrangebyscore: Command = {
  ...zremrangebyrank,
  name: 'zremrangebyscore',
  since: '1.2.0',
  summary: 'Removes the members with scores between two bounds, and answers how many these were.',
  syntax: 'key min max',
  execute(call) {
    removeRange(call, scoreRange(call, 2, 3));
  },
};

export const zremrangebylex: Command = {
  ...zremrangebyrank,
  name: 'zremrangebylex',
  since: '2.8.9',
  summary: 'Removes the members between two bounds in the order of their bytes, where all scores are the same; answers how many these were.',
  syntax: 'key min max',
  execute(call) {
    removeRange(call, lexRange(call, 2, 3));
  },
};

function removeRange(call: Call, range: MemberRange): void {
  const entry = call.findTyped(1, ZSET);
  if (entry === 0) return call.reply.integer(0);
  const zset = sortedSetOf(call, entry);
  const from = range.from(zset);
  const removed = Math.max(0, range.to(zset) - from);
  if (removed > 0) removeRanks(call, 1, entry, from, from + removed, call.command.definition.name);
  call.reply.integer(removed);
}
