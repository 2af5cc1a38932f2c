import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

export const ping: Command = {
  name: 'ping',
  arity: -1,
  flags: ['fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Answers PONG, or the message.',
  complexity: 'O(1)',
  syntax: '[message]',
  execute(call) {
    if (call.count > 2) throw new ReplyError("ERR wrong number of arguments for 'ping' command");
    if (call.count === 2) call.reply.bulk(call.source, call.start(1), call.end(1));
    else call.reply.status('PONG');
  },
};
