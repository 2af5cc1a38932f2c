import type { Command } from '../../command/call.js';
import { scanItems } from '../../command/scan.js';
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
  execute: (call) => scanItems(call, readSet, 1, (_set, buffer, start, end) => call.reply.bulk(buffer, start, end)),
};
