import type { Client } from '../../client/client.js';
import { Transaction } from '../../client/transaction.js';
import type { Call, Command } from '../../command/call.js';
import { OUT_OF_MEMORY, ReplyError } from '../../command/reply-error.js';

export const multi: Command = {
  name: 'multi',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  isImmediate: true,
  group: 'transactions',
  since: '1.2.0',
  summary: 'Begins a transaction: what follows is queued until EXEC.',
  complexity: 'O(1)',
  syntax: '',
  execute(call) {
    if (call.client.transaction !== undefined) throw new ReplyError('ERR MULTI calls can not be nested');
    call.client.transaction = new Transaction();
    call.reply.ok();
  },
};

export const exec: Command = {
  name: 'exec',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
  isImmediate: true,
  group: 'transactions',
  since: '1.2.0',
  summary: 'Runs what was queued since MULTI, with nothing in between.',
  complexity: 'That of the queued commands.',
  syntax: '',
  execute(call) {
    const transaction = transactionOf(call, 'EXEC');
    const broken = isBroken(call);
    end(call, call.client);
    if (call.server.outOfMemory && transaction.needsMemory) throw new ReplyError(`EXECABORT Transaction discarded because of: ${OUT_OF_MEMORY.message}`);
    if (transaction.failed) throw new ReplyError('EXECABORT Transaction discarded because of previous errors.');
    if (broken) return call.reply.nilArray();
    call.reply.array(transaction.requests.length);
    for (const request of transaction.requests) call.nested?.run(call.client, request);
  },
};

export const discard: Command = {
  name: 'discard',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  isImmediate: true,
  group: 'transactions',
  since: '2.0.0',
  summary: 'Forgets what was queued since MULTI, and all watches.',
  complexity: 'O(N) for N queued commands',
  syntax: '',
  execute(call) {
    transactionOf(call, 'DISCARD');
    end(call, call.client);
    call.reply.ok();
  },
};

function transactionOf(call: Call, name: string): Transaction {
  const { transaction } = call.client;
  if (transaction === undefined) throw new ReplyError(`ERR ${name} without MULTI`);
  return transaction;
}

function end(call: Call, client: Client): void {
  client.transaction = undefined;
  call.server.watches.unwatch(client);
}

/** A watched key that has expired breaks the watch, though nobody has looked for it: looking for it now does. */
function isBroken({ client, server }: Call): boolean {
  for (const { db, key } of server.watches.watchedBy(client)) {
    const bytes = Buffer.from(key, 'latin1');
    db.find(bytes, 0, bytes.length);
  }
  return client.watchBroken;
}
