import type { Call, Command } from '../../command/call.js';
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
    const { reply, client } = call;
    if (client.version === 2 && client.subscriptions.any) return pongAsMessage(call);
    if (call.count === 2) reply.bulk(call.source, call.start(1), call.end(1));
    else reply.status('PONG');
  },
};

/** As a message, for such a client expects nothing else. */
function pongAsMessage(call: Call): void {
  call.reply.array(2);
  call.reply.text('pong');
  if (call.count === 2) call.reply.bulk(call.source, call.start(1), call.end(1));
  else call.reply.text('');
}
