import type { Command } from '../../command/call.js';
import { replyScan, scanCursor, scanOptions } from '../../command/scan.js';
import { readHash } from './hash-key.js';

export const hscan: Command = {
  name: 'hscan',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '2.8.0',
  summary: 'Answers some fields of a hash with their values, and a cursor to go on from.',
  complexity: 'O(1) for every call, O(N) for a whole pass over N fields',
  syntax: 'key cursor [MATCH pattern] [COUNT count]',
  execute(call) {
    const { reply } = call;
    const cursor = scanCursor(call, 2);
    const hash = readHash(call);
    if (hash === undefined) return replyScan(reply, () => [0, 0]);
    const { count, matches } = scanOptions(call, 3);
    replyScan(reply, () => {
      let items = 0;
      const next = hash.scan(cursor, count, (buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
        if (!matches(buffer, fieldStart, fieldEnd)) return;
        reply.bulk(buffer, fieldStart, fieldEnd);
        reply.bulk(buffer, valueStart, valueEnd);
        items += 2;
      });
      return [next, items];
    });
  },
};
