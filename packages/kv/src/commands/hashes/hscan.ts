import type { Command } from '../../command/call.js';
import { scanItems } from '../../command/scan.js';
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
    scanItems(call, readHash, 2, (_hash, buffer, start, end, valueStart: number, valueEnd: number) => {
      reply.bulk(buffer, start, end);
      reply.bulk(buffer, valueStart, valueEnd);
    });
  },
};
