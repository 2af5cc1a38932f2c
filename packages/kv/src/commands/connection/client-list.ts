import { describeClient } from '../../client/client-description.js';
import type { Client } from '../../client/client.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { clientTypeAt, isOfType } from './client-filter.js';

const BAD_ID = new ReplyError('ERR Invalid client ID');

export const id: Command = {
  name: 'id',
  arity: 2,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '5.0.0',
  summary: 'Answers the number of the connection, which no other one has or had.',
  complexity: 'O(1)',
  syntax: '',
  execute({ client, reply }) {
    reply.integer(client.id);
  },
};

export const info: Command = {
  ...id,
  name: 'info',
  since: '6.2.0',
  summary: 'Answers what CLIENT LIST tells of this connection.',
  execute(call) {
    call.reply.verbatim('txt', describe(call, call.client));
  },
};

export const list: Command = {
  name: 'list',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '2.4.0',
  summary: 'Lists all connections, or those of a type, or some by their numbers.',
  complexity: 'O(N) for N connections',
  syntax: '[TYPE <normal | master | replica | pubsub>] [ID client-id [client-id ...]]',
  execute(call) {
    call.reply.verbatim('txt', chosen(call).map((client) => describe(call, client)).join(''));
  },
};

function chosen(call: Call): Client[] {
  const { clients } = call.server;
  if (call.count === 2) return [...clients.values()];
  if (call.count === 4 && call.is(2, 'TYPE')) {
    const type = clientTypeAt(call, 3);
    return [...clients.values()].filter((client) => isOfType(client, type));
  }
  if (call.count < 4 || !call.is(2, 'ID')) throw SYNTAX;
  const ids = Array.from({ length: call.count - 3 }, (_, index) => call.integer(index + 3, BAD_ID));
  return ids.flatMap((number) => clients.get(number) ?? []);
}

function describe({ server }: Call, client: Client): string {
  return describeClient(client, { nowMs: server.keyspace.nowMs, isMonitor: server.monitors.has(client) });
}
