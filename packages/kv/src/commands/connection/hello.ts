import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { REDIS_VERSION } from '../../version.js';
import { logIn } from './auth.js';
import { nameOf } from './client-name.js';

const NO_PROTOCOL = new ReplyError('NOPROTO unsupported protocol version');
const NOT_A_VERSION = new ReplyError('ERR Protocol version is not an integer or out of range');
const NOT_AUTHENTICATED = new ReplyError(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the '
  + 'client and select the RESP protocol version at the same time',
);

export const hello: Command = {
  name: 'hello',
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '6.0.0',
  summary: 'Chooses the version of the protocol, and answers what the server is.',
  complexity: 'O(1)',
  syntax: '[protover [AUTH username password] [SETNAME clientname]]',
  isSecret: (call, index) => call.is(index - 1, 'AUTH') || call.is(index - 2, 'AUTH'),
  execute(call) {
    const { client } = call;
    const version = call.count > 1 ? readVersion(call) : client.version;
    const auth = readIntroduction(call);
    if (auth > 0) logIn(call, call.text(auth), call.copy(auth + 1));
    if (call.server.mustLogIn(client)) throw NOT_AUTHENTICATED;
    client.version = version;
    call.reply.version = version;
    replyServer(call);
  },
};

function readVersion(call: Call): 2 | 3 {
  const version = call.integer(1, NOT_A_VERSION);
  if (version !== 2 && version !== 3) throw NO_PROTOCOL;
  return version;
}

/** Returns where the user's name is, with the password behind it; 0 without. As in Redis a name counts even if something behind it is wrong. */
function readIntroduction(call: Call): number {
  let auth = 0;
  for (let i = 2; i < call.count; i++) {
    const following = call.count - i - 1;
    if (call.is(i, 'AUTH') && following >= 2) {
      auth = i + 1;
      i += 2;
    } else if (call.is(i, 'SETNAME') && following >= 1) {
      call.client.name = nameOf(call, ++i);
    } else {
      throw new ReplyError(`ERR Syntax error in HELLO option '${call.latin1(i)}'`);
    }
  }
  return auth;
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
