import { formatDouble } from '../../bytes/double.js';
import type { Command } from '../../command/call.js';
import { scanItems } from '../../command/scan.js';
import { scoreOf, type SortedSetValue } from '../../values/sorted-set-value.js';
import { readSortedSet } from './sorted-set-key.js';

/** Up to here a listpack of Redis keeps whole scores as integers. */
const MOST_INTEGER = 2 ** 62;

export const zscan: Command = {
  name: 'zscan',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '2.8.0',
  summary: 'Answers some members of a sorted set with their scores, and a cursor to go on from.',
  complexity: 'O(1) for every call, O(N) for a whole pass over N members',
  syntax: 'key cursor [MATCH pattern] [COUNT count]',
  execute(call) {
    const { reply } = call;
    scanItems(call, readSortedSet, 2, (zset, buffer, start, end, scoreStart: number) => {
      reply.bulk(buffer, start, end);
      reply.text(scoreText(zset, scoreOf(buffer, scoreStart)));
    });
  },
};

/** A string also in RESP3. Of a listpack Redis shows a whole score as it is kept there: with all its digits, and without the sign of zero. */
function scoreText(zset: SortedSetValue, score: number): string {
  const isKeptAsInteger = zset.encoding === 'listpack' && Number.isInteger(score) && Math.abs(score) <= MOST_INTEGER;
  return isKeptAsInteger ? String(BigInt(score)) : formatDouble(score);
}
