import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

export const select: Command = {
  name: 'select',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Chooses the database of this connection.',
  complexity: 'O(1)',
  syntax: 'index',
  execute(call) {
    const db = call.server.keyspace.databases[call.int32(1)];
    if (db === undefined) throw new ReplyError('ERR DB index is out of range');
    call.client.db = db;
    call.reply.ok();
  },
};
