import type { Command } from '../../command/call.js';
import { STRING } from '../../store/meta.js';

export const get: Command = {
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Answers the string at a key.',
  complexity: 'O(1)',
  syntax: 'key',
  execute(call) {
    const entry = call.readTyped(1, STRING);
    if (entry === 0) return call.reply.nil();
    const { buffer, start, end } = call.db.replyOf(entry);
    call.reply.raw(buffer, start, end);
  },
};
