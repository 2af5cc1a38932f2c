import type { Command } from '../../command/call.js';
import { readIds } from './id-argument.js';
import { readStream } from './stream-key.js';

export const xack: Command = {
  name: 'xack',
  arity: -4,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Acknowledges entries, which are pending no longer; answers how many were.',
  complexity: 'O(log N) for each id and N pending entries',
  syntax: 'key group id [id ...]',
  execute(call) {
    const group = readStream(call)?.group(call.latin1(2));
    if (group === undefined) return call.reply.integer(0);
    const acknowledged = readIds(call, 3).filter((id) => group.forget(id)).length;
    call.server.keyspace.dirty += acknowledged;
    call.reply.integer(acknowledged);
  },
};
