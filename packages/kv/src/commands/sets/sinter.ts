import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { collected, intersection, replyMembers, storeSet } from './set-algebra.js';
import { readSets } from './set-key.js';

const NO_KEYS = new ReplyError('ERR numkeys should be greater than 0');
const TOO_MANY_KEYS = new ReplyError("ERR Number of keys can't be greater than number of args");
const NEGATIVE_LIMIT = new ReplyError("ERR LIMIT can't be negative");

export const sinter: Command = {
  name: 'sinter',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Answers the members that all of the sets have.',
  complexity: 'O(N * M) for M sets, the smallest of which has N members',
  syntax: 'key [key ...]',
  execute(call) {
    const sets = readSets(call, 1);
    replyMembers(call, (visit) => intersection(sets, visit));
  },
};

export const sinterstore: Command = {
  ...sinter,
  name: 'sinterstore',
  arity: -3,
  flags: ['write', 'denyoom'],
  summary: 'Stores the members that all of the sets have, and answers how many these are.',
  syntax: 'destination key [key ...]',
  execute(call) {
    const sets = readSets(call, 2);
    storeSet(call, 'sinterstore', collected(call, (visit) => intersection(sets, visit)));
  },
};

export const sintercard: Command = {
  name: 'sintercard',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  findKeys: (call) => countedKeys(call, 1),
  group: 'set',
  since: '7.0.0',
  summary: 'Answers how many members all of the sets have in common.',
  complexity: 'O(N * M) for M sets, the smallest of which has N members',
  syntax: 'numkeys key [key ...] [LIMIT limit]',
  execute(call) {
    const keys = keyCount(call);
    const limit = readLimit(call, keys + 2);
    call.reply.integer(intersection(readSets(call, 2, keys + 1), () => {}, limit));
  },
};

function keyCount(call: Call): number {
  const count = call.integer(1, NO_KEYS);
  if (count < 1) throw NO_KEYS;
  if (count > call.count - 2) throw TOO_MANY_KEYS;
  return count;
}

/** The limit behind the keys; 0 stands for none. */
function readLimit(call: Call, from: number): number {
  let limit = 0;
  for (let i = from; i < call.count; i += 2) {
    if (!call.is(i, 'LIMIT') || i + 1 === call.count) throw SYNTAX;
    limit = call.integer(i + 1, NEGATIVE_LIMIT);
    if (limit < 0) throw NEGATIVE_LIMIT;
  }
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
