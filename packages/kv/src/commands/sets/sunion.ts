import type { Command } from '../../command/call.js';
import { collected, difference, discard, replyMembers, storeSet, union } from './set-algebra.js';
import { readSets } from './set-key.js';

export const sunion: Command = {
  name: 'sunion',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Answers the members that any of the sets has.',
  complexity: 'O(N) for N members in all sets together',
  syntax: 'key [key ...]',
  execute(call) {
    const { reply } = call;
    const result = union(call, readSets(call, 1));
    reply.set(result.size);
    result.forEach((buffer, start, end) => reply.bulk(buffer, start, end));
    discard(call, result);
  },
};

export const sunionstore: Command = {
  ...sunion,
  name: 'sunionstore',
  arity: -3,
  flags: ['write', 'denyoom'],
  summary: 'Stores the members that any of the sets has, and answers how many these are.',
  syntax: 'destination key [key ...]',
  execute(call) {
    storeSet(call, 'sunionstore', union(call, readSets(call, 2)));
  },
};

export const sdiff: Command = {
  ...sunion,
  name: 'sdiff',
  summary: 'Answers the members of the first set that none of the others has.',
  complexity: 'O(N * M) for M sets, the first of which has N members',
  execute(call) {
    const sets = readSets(call, 1);
    replyMembers(call, (visit) => difference(sets, visit));
  },
};

export const sdiffstore: Command = {
  ...sunionstore,
  name: 'sdiffstore',
  summary: 'Stores the members of the first set that none of the others has, and answers how many these are.',
  complexity: 'O(N * M) for M sets, the first of which has N members',
  execute(call) {
    const sets = readSets(call, 2);
    storeSet(call, 'sdiffstore', collected(call, (visit) => difference(sets, visit)));
  },
};
