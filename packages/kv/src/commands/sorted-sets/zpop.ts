import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { ZSET } from '../../store/meta.js';
import { flatWriter, pairWriter } from './member-reply.js';
import { type End, pop, popFirst, readPopRequest } from './pop.js';
import { sortedSetOf } from './sorted-set-key.js';

const NOT_POSITIVE = new ReplyError('ERR value is out of range, must be positive');

export const zpopmin: Command = {
  name: 'zpopmin',
  arity: -2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '5.0.0',
  summary: 'Removes the members with the lowest scores, and answers them.',
  complexity: 'O(log N + M) for M members that are removed from a set of N',
  syntax: 'key [count]',
  execute(call) {
    popMembers(call, 'min');
  },
};

export const zpopmax: Command = {
  ...zpopmin,
  name: 'zpopmax',
  summary: 'Removes the members with the highest scores, and answers them.',
  execute(call) {
    popMembers(call, 'max');
  },
};

export const zmpop: Command = {
  name: 'zmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  findKeys: (call) => countedKeys(call, 1),
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Removes members from an end of the first sorted set that there is, and answers them with its key.',
  complexity: 'O(K + log N + M) for K keys and M members that are removed from a set of N',
  syntax: 'numkeys key [key ...] MIN | MAX [COUNT count]',
  execute(call) {
    if (!popFirst(call, readPopRequest(call, 1))) call.reply.nilArray();
  },
};

function popMembers(call: Call, end: End): void {
  if (call.count > 3) throw SYNTAX;
  const hasCount = call.count === 3;
  const count = hasCount ? call.integer(2, NOT_POSITIVE) : 1;
  if (count < 0) throw NOT_POSITIVE;
  const { reply } = call;
  const entry = call.findTyped(1, ZSET);
  if (entry === 0 || count === 0) return reply.array(0);
  const popped = Math.min(count, sortedSetOf(call, entry).size);
  const inPairs = hasCount && reply.version === 3;
  reply.array(inPairs ? popped : popped * 2);
  pop(call, 1, entry, end, popped, inPairs ? pairWriter(call) : flatWriter(call));
}
