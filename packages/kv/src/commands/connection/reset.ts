import type { Command } from '../../command/call.js';

export const reset: Command = {
  name: 'reset',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  isImmediate: true,
  group: 'connection',
  since: '6.2.0',
  summary: 'Puts the connection back into the state in which it began.',
  complexity: 'O(1)',
  syntax: '',
  execute({ client, server, reply }) {
    client.transaction = undefined;
    server.watches.unwatch(client);
    if (server.monitors.delete(client)) server.watch();
    server.channels.forget(client);
    server.tracking.end(client);
    client.reset(server.keyspace.databases[0]!, server.users.default);
    reply.version = 2;
    reply.status('RESET');
  },
};

export const quit: Command = {
  ...reset,
  name: 'quit',
  arity: -1,
  since: '1.0.0',
  summary: 'Ends the connection, after the replies of all that came before.',
  execute({ client, reply }) {
    client.closing = true;
    reply.ok();
  },
};
