import type { Command } from '../../command/call.js';
import { replyScan, scanCursor, scanOptions } from '../../command/scan.js';
import { readSet } from './set-key.js';

export const sscan: Command = {
  name: 'sscan',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'set',
  since: '2.8.0',
  summary: 'Answers some members of a set, and a cursor to go on from.',
  complexity: 'O(1) for every call, O(N) for a whole pass over N members',
  syntax: 'key cursor [MATCH pattern] [COUNT count]',
  execute(call) {
    const { reply } = call;
    const cursor = scanCursor(call, 2);
    const set = readSet(call);
    if (set === undefined) return replyScan(reply, () => [0, 0]);
    const { count, matches } = scanOptions(call, 3);
    replyScan(reply, () => {
      let items = 0;
      const next = set.scan(cursor, count, (buffer, start, end) => {
        if (!matches(buffer, start, end)) return;
        reply.bulk(buffer, start, end);
        items++;
      });
      return [next, items];
    });
  },
};
