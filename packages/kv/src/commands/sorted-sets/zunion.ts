import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { filled } from '../../values/filled.js';
import { SortedSetValue } from '../../values/sorted-set-value.js';
import { SortedTable } from '../../values/sorted-table.js';
import { intersect, subtract, unite } from './combination.js';
import { type CombinationRequest, readCombination } from './combination-request.js';
import { beginMembers, memberWriter } from './member-reply.js';
import { storeSortedSet } from './result.js';

const ANSWERED: Pick<Command, 'arity' | 'flags' | 'findKeys' | 'group' | 'since'> = {
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  findKeys: (call) => countedKeys(call, 1),
  group: 'sorted-set',
  since: '6.2.0',
};

const STORED: Pick<Command, 'arity' | 'flags' | 'keys' | 'findKeys' | 'group' | 'since'> = {
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: { first: 1, last: 1, step: 1 },
  findKeys: (call) => countedKeys(call, 2),
  group: 'sorted-set',
  since: '2.0.0',
};

export const zunion: Command = {
  ...ANSWERED,
  name: 'zunion',
  summary: 'Answers the members that any of the sets has, with the scores of all sets taken together.',
  complexity: 'O(N * log M) for sets of N members in all, and M in the answer',
  syntax: 'numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]',
  execute(call) {
    answer(call, readCombination(call, 1, { weighs: true, withScores: true }), uniteAll);
  },
};

export const zunionstore: Command = {
  ...STORED,
  name: 'zunionstore',
  summary: 'Stores what ZUNION would answer, and answers how many members that are.',
  complexity: 'O(N * log M) for sets of N members in all, and M in the result',
  syntax: 'destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX]',
  execute(call) {
    store(call, readCombination(call, 2, { weighs: true }), uniteAll);
  },
};

export const zinter: Command = {
  ...zunion,
  name: 'zinter',
  summary: 'Answers the members that all of the sets have, with the scores of all sets taken together.',
  complexity: 'O(N * K + M * log M) for K sets, the smallest of which has N members, and M in the answer',
  execute(call) {
    answer(call, readCombination(call, 1, { weighs: true, withScores: true }), intersectAll);
  },
};

export const zinterstore: Command = {
  ...zunionstore,
  name: 'zinterstore',
  summary: 'Stores what ZINTER would answer, and answers how many members that are.',
  complexity: 'O(N * K + M * log M) for K sets, the smallest of which has N members, and M in the result',
  execute(call) {
    store(call, readCombination(call, 2, { weighs: true }), intersectAll);
  },
};

export const zintercard: Command = {
  ...ANSWERED,
  name: 'zintercard',
  since: '7.0.0',
  summary: 'Answers how many members all of the sets have in common.',
  complexity: 'O(N * K) for K sets, the smallest of which has N members',
  syntax: 'numkeys key [key ...] [LIMIT limit]',
  execute(call) {
    const { sources, limit } = readCombination(call, 1, { limits: true });
    call.reply.integer(intersect(sources, 'sum', () => {}, limit));
  },
};

export const zdiff: Command = {
  ...ANSWERED,
  name: 'zdiff',
  summary: 'Answers the members of the first set that none of the others has.',
  complexity: 'O(N * K + M * log M) for K sets, the first of which has N members, and M in the answer',
  syntax: 'numkeys key [key ...] [WITHSCORES]',
  execute(call) {
    answer(call, readCombination(call, 1, { withScores: true }), subtractAll);
  },
};

export const zdiffstore: Command = {
  ...STORED,
  name: 'zdiffstore',
  since: '6.2.0',
  summary: 'Stores what ZDIFF would answer, and answers how many members that are.',
  complexity: 'O(N * K + M * log M) for K sets, the first of which has N members, and M in the result',
  syntax: 'destination numkeys key [key ...]',
  execute(call) {
    store(call, readCombination(call, 2, {}), subtractAll);
  },
};

type Combine = (request: CombinationRequest, result: SortedTable) => void;

function uniteAll({ sources, aggregate }: CombinationRequest, result: SortedTable): void {
  unite(sources, aggregate, result);
}

function intersectAll({ sources, aggregate }: CombinationRequest, result: SortedTable): void {
  intersect(sources, aggregate, (buffer, start, end, score) => result.set(buffer, start, end, score));
}

function subtractAll({ sources }: CombinationRequest, result: SortedTable): void {
  subtract(sources, (buffer, start, end, score) => result.set(buffer, start, end, score));
}

/** The combined members. It is a table also where they are few, as in Redis: a small set would not tell -0 from 0. */
function combined(call: Call, request: CombinationRequest, combine: Combine): SortedTable {
  return filled(new SortedTable(call.server.keyspace), (result) => combine(request, result));
}

function answer(call: Call, request: CombinationRequest, combine: Combine): void {
  const result = combined(call, request, combine);
  beginMembers(call, result.size, request.withScores);
  result.range(0, result.size, false, memberWriter(call, request.withScores));
  result.dispose(Number.POSITIVE_INFINITY);
}

function store(call: Call, request: CombinationRequest, combine: Combine): void {
  const result = SortedSetValue.of(call.server.keyspace, combined(call, request, combine));
  storeSortedSet(call, 1, call.command.definition.name, result);
}
