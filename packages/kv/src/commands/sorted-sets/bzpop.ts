import { blockTimeout } from '../../command/block-timeout.js';
import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { ZSET } from '../../store/meta.js';
import { flatWriter } from './member-reply.js';
import { type End, firstSortedSet, pop, popFirst, readPopRequest } from './pop.js';

export const bzpopmin: Command = {
  name: 'bzpopmin',
  arity: -3,
  flags: ['write', 'noscript', 'blocking', 'fast'],
  keys: { first: 1, last: -2, step: 1 },
  group: 'sorted-set',
  since: '5.0.0',
  summary: 'Removes the member with the lowest score of the first sorted set that there is, and answers it; waits for one if need be.',
  complexity: 'O(K + log N) for K keys and a set of N members',
  syntax: 'key [key ...] timeout',
  execute(call) {
    popOrWait(call, 'min');
  },
};

export const bzpopmax: Command = {
  ...bzpopmin,
  name: 'bzpopmax',
  summary: 'Removes the member with the highest score of the first sorted set that there is, and answers it; waits for one if need be.',
  execute(call) {
    popOrWait(call, 'max');
  },
};

export const bzmpop: Command = {
  name: 'bzmpop',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  findKeys: (call) => countedKeys(call, 2),
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Removes members from an end of the first sorted set that there is, and answers them with its key; waits for one if need be.',
  complexity: 'O(K + log N + M) for K keys and M members that are removed from a set of N',
  syntax: 'timeout numkeys key [key ...] MIN | MAX [COUNT count]',
  execute(call) {
    const timeoutMs = blockTimeout(call, 1);
    const request = readPopRequest(call, 2);
    if (!popFirst(call, request)) call.block(request.keys, timeoutMs, (reply) => reply.nilArray(), ZSET);
  },
};

function popOrWait(call: Call, end: End): void {
  const timeoutMs = blockTimeout(call, call.count - 1);
  const keys = Array.from({ length: call.count - 2 }, (_, i) => i + 1);
  const index = firstSortedSet(call, keys);
  if (index === 0) return call.block(keys, timeoutMs, (reply) => reply.nilArray(), ZSET);
  call.reply.array(3);
  call.reply.bulk(call.source, call.start(index), call.end(index));
  pop(call, index, call.find(index), end, 1, flatWriter(call));
}
