import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { REDIS_VERSION } from '../../version.js';

const NO_PROTOCOL = new ReplyError('NOPROTO unsupported protocol version');

export const hello: Command = {
  name: 'hello',
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '6.0.0',
  summary: 'Chooses the version of the protocol, and answers what the server is.',
  complexity: 'O(1)',
  syntax: '[protover [AUTH username password] [SETNAME clientname]]',
  execute(call) {
    const version = call.count > 1 ? readVersion(call) : call.client.version;
    call.client.version = version;
    call.reply.version = version;
    replyServer(call);
  },
};

function readVersion(call: Call): 2 | 3 {
  const version = call.integer(1, new ReplyError('ERR Protocol version is not an integer or out of range'));
  if (version !== 2 && version !== 3) throw NO_PROTOCOL;
  return version;
}

function replyServer({ reply, client }: Call): void {
  reply.map(7);
  reply.text('server');
  reply.text('redis');
  reply.text('version');
  reply.text(REDIS_VERSION);
  reply.text('proto');
  reply.integer(client.version);
  reply.text('id');
  reply.integer(client.id);
  reply.text('mode');
  reply.text('standalone');
  reply.text('role');
  reply.text('master');
  reply.text('modules');
  reply.array(0);
}
