import type { Call, Command } from '../../command/call.js';
import { NOT_AN_INTEGER, ReplyError } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import type { PauseMode } from '../../server/pause.js';

const BAD_TIMEOUT = new ReplyError('ERR timeout is not an integer or out of range');
const NEGATIVE_TIMEOUT = new ReplyError('ERR timeout is negative');
const BAD_MODE = new ReplyError('ERR CLIENT PAUSE mode must be WRITE or ALL');
const BAD_REASON = new ReplyError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
const UNBLOCKED = 'UNBLOCKED client unblocked via CLIENT UNBLOCK';

const definition = {
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
} as const;

export const pause: Command = {
  ...definition,
  name: 'pause',
  arity: -3,
  since: '3.0.0',
  summary: 'Lets all clients wait for a while, or those that want to write.',
  complexity: 'O(1)',
  syntax: 'timeout [WRITE | ALL]',
  execute(call) {
    if (call.count > 4) throw wrongSubcommand(call);
    const mode = call.count === 4 ? modeOf(call) : 'all';
    const timeoutMs = call.integer(2, BAD_TIMEOUT);
    if (timeoutMs < 0) throw NEGATIVE_TIMEOUT;
    const { nowMs } = call.server.keyspace;
    call.server.pause.begin(mode, nowMs + timeoutMs, nowMs);
    call.reply.ok();
  },
};

export const unpause: Command = {
  ...definition,
  name: 'unpause',
  arity: 2,
  since: '6.2.0',
  summary: 'Ends a pause.',
  complexity: 'O(N) for N clients that wait',
  syntax: '',
  execute(call) {
    call.server.pause.end();
    call.reply.ok();
  },
};

export const unblock: Command = {
  ...definition,
  name: 'unblock',
  arity: -3,
  since: '5.0.0',
  summary: 'Ends the wait of a client, as if its time was up or with an error.',
  complexity: 'O(log N) for N clients',
  syntax: 'client-id [TIMEOUT | ERROR]',
  execute(call) {
    if (call.count > 4) throw wrongSubcommand(call);
    if (call.count > 3 && !call.is(3, 'TIMEOUT') && !call.is(3, 'ERROR')) throw BAD_REASON;
    const client = call.server.clients.get(call.integer(2, NOT_AN_INTEGER));
    const onTimeout = client === undefined ? undefined : call.server.blocking.forget(client);
    if (client !== undefined && onTimeout !== undefined) {
      call.server.blocking.release(client, call.is(3, 'ERROR') ? (reply) => reply.error(UNBLOCKED) : onTimeout);
    }
    call.reply.integer(onTimeout === undefined ? 0 : 1);
  },
};

function modeOf(call: Call): PauseMode {
  if (call.is(3, 'WRITE')) return 'write';
  if (call.is(3, 'ALL')) return 'all';
  throw BAD_MODE;
}
