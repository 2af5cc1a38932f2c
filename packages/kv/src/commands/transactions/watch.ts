import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

export const watch: Command = {
  name: 'watch',
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  isImmediate: true,
  keys: { first: 1, last: -1, step: 1 },
  group: 'transactions',
  since: '2.2.0',
  summary: 'Lets the next EXEC do nothing if one of the keys changes before it.',
  complexity: 'O(1) for every key',
  syntax: 'key [key ...]',
  execute(call) {
    if (call.client.transaction !== undefined) throw new ReplyError('ERR WATCH inside MULTI is not allowed');
    for (let i = 1; i < call.count; i++) {
      call.find(i);
      call.server.watches.watch(call.client, call.db, call.copy(i));
    }
    call.reply.ok();
  },
};

export const unwatch: Command = {
  name: 'unwatch',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  group: 'transactions',
  since: '2.2.0',
  summary: 'Forgets all watches.',
  complexity: 'O(1)',
  syntax: '',
  execute(call) {
    call.server.watches.unwatch(call.client);
    call.reply.ok();
  },
};
