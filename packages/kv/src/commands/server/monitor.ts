import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

export const monitor: Command = {
  name: 'monitor',
  arity: 1,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Shows each command that the server runs from now on. All of them take longer meanwhile.',
  complexity: 'O(N) for each command, for N clients that monitor',
  syntax: '',
  execute({ client, server, reply, mayBlock }) {
    if (!mayBlock || client.connection === undefined) throw new ReplyError("ERR MONITOR isn't allowed for DENY BLOCKING client");
    server.monitors.add(client);
    server.watch();
    reply.ok();
  },
};
