import type { Command } from '../../command/call.js';

export const echo: Command = {
  name: 'echo',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Answers the message.',
  complexity: 'O(1)',
  syntax: 'message',
  execute(call) {
    call.reply.bulk(call.source, call.start(1), call.end(1));
  },
};
