import type { AccessLogEntry } from '../../../access/access-log.js';
import type { Call, Command } from '../../../command/call.js';
import { NOT_AN_INTEGER } from '../../../command/reply-error.js';
import { wrongSubcommand } from '../../../command/wrong-subcommand.js';

const DEFAULT_COUNT = 10;

export const log: Command = {
  name: 'log',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '6.0.0',
  summary: 'Answers who was refused what, or forgets it.',
  complexity: 'O(N) for N refusals',
  syntax: '[count | RESET]',
  execute(call) {
    if (call.count > 3) throw wrongSubcommand(call);
    const { entries } = call.server.accessLog;
    if (call.count === 3 && call.is(2, 'RESET')) {
      entries.length = 0;
      return call.reply.ok();
    }
    const count = call.count === 3 ? call.integer(2, NOT_AN_INTEGER) : DEFAULT_COUNT;
    const shown = entries.slice(0, Math.max(0, count));
    call.reply.array(shown.length);
    for (const entry of shown) replyEntry(call, entry);
  },
};

function replyEntry({ reply, server }: Call, { count, reason, context, object, username, atMs, clientInfo }: AccessLogEntry): void {
  reply.map(7);
  reply.text('count');
  reply.integer(count);
  for (const text of ['reason', reason, 'context', context, 'object']) reply.text(text);
  reply.bulk(Buffer.from(object, 'latin1'));
  for (const text of ['username', username, 'age-seconds']) reply.text(text);
  reply.double((server.keyspace.nowMs - atMs) / 1000);
  reply.text('client-info');
  reply.text(clientInfo);
}
