import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';

const NONE_IN_PROGRESS = new ReplyError('ERR No shutdown in progress.');
const NOT_SAVED = new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.');
const NOT_ALLOWED = new ReplyError('ERR SHUTDOWN command not allowed: it would end the whole process. If that is meant, set the option enableShutdownCommand');

export const shutdown: Command = {
  name: 'shutdown',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
  group: 'server',
  since: '1.0.0',
  summary: 'Ends the server. With SAVE it makes a snapshot before, and does not end if it cannot, unless FORCE is given.',
  complexity: 'O(1)',
  syntax: '[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]',
  execute(call) {
    const options = readOptions(call);
    if (options.has('ABORT')) throw options.size > 1 ? SYNTAX : NONE_IN_PROGRESS;
    if (options.has('SAVE') && options.has('NOSAVE')) throw SYNTAX;
    const saves = options.has('SAVE');
    if (saves && call.server.durability === undefined && !options.has('FORCE')) throw NOT_SAVED;
    if (call.server.shutDown === undefined) throw NOT_ALLOWED;
    if (saves && !hasSaved(call) && !options.has('FORCE')) throw NOT_SAVED;
    call.client.closing = true;
    call.server.shutDown();
  },
};

/** A snapshot is not needed for data to be there again: it is for who wants the next start to be a fast one, or to copy the folder. */
function hasSaved({ server: { durability } }: Call): boolean {
  try {
    durability?.snapshotNow();
    return true;
  } catch {
    return false;
  }
}

function readOptions(call: Call): Set<string> {
  const options = new Set<string>();
  for (let i = 1; i < call.count; i++) {
    const option = ['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'ABORT'].find((word) => call.is(i, word));
    if (option === undefined) throw SYNTAX;
    options.add(option);
  }
  return options;
}
