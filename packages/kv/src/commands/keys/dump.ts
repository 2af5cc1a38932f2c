import type { Command } from '../../command/call.js';
import { keyPayload } from '../../command/key-payload.js';

export const dump: Command = {
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '2.6.0',
  summary: 'Answers the value of a key in a form that RESTORE takes, here and in Redis.',
  complexity: 'O(N) for N elements or bytes',
  syntax: 'key',
  execute(call) {
    const { db, reply } = call;
    const entry = call.read(1);
    if (entry === 0) return reply.nil();
    reply.bulk(keyPayload(db, entry));
  },
};
