import type { Call, Command } from '../../command/call.js';
import { logDenial } from '../../command/permission.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { DEFAULT_USER } from '../../access/users.js';

const WRONG_PASSWORD = new ReplyError('WRONGPASS invalid username-password pair or user is disabled.');
const NO_PASSWORD = new ReplyError(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);

export const auth: Command = {
  name: 'auth',
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Says who the client is, and proves it.',
  complexity: 'O(N) for N passwords of the user',
  syntax: '[username] password',
  isSecret: (_, index) => index > 0,
  execute(call) {
    if (call.count > 3) throw SYNTAX;
    if (call.count === 2 && call.server.users.default.withoutPassword) throw NO_PASSWORD;
    if (call.count === 2) logIn(call, DEFAULT_USER, call.copy(1));
    else logIn(call, call.text(1), call.copy(2));
    call.reply.ok();
  },
};

/** Makes the client this user. Error: WRONGPASS. */
export function logIn(call: Call, name: string, password: Buffer): void {
  const { client, server } = call;
  const user = server.users.authenticate(name, password);
  if (user === undefined) {
    // The command as it was spelt, unlike one that is denied.
    logDenial(call, client, { reason: 'auth', object: call.latin1(0) }, call.outer === undefined ? 'toplevel' : 'multi', name);
    if (++client.failedLogins > server.settings.authFreeFailures) throttle(call);
    throw WRONG_PASSWORD;
  }
  client.failedLogins = 0;
  client.user = user;
  client.authenticated = true;
}

/** Whoever goes on guessing is not served for a while each time. */
function throttle({ client, server }: Call): void {
  server.limitWatch.meet('login_throttle', client.address, { client: client.id, failures: client.failedLogins });
  server.hold(client, server.settings.authPenaltyMs);
}
