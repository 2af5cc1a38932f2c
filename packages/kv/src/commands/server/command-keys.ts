import type { Call, Command } from '../../command/call.js';
import { accessOf, keyIndexes } from '../../command/command-keys.js';
import { hypotheticalCall } from '../../command/hypothetical-call.js';
import { ReplyError } from '../../command/reply-error.js';
import { replyStatuses } from './command-info.js';

const NO_COMMAND = new ReplyError('ERR Invalid command specified');
const INVALID_ARGUMENTS = new ReplyError('ERR Invalid arguments specified for command');
const NO_KEYS = new ReplyError('ERR The command has no key arguments');
const WRONG_NUMBER = new ReplyError('ERR Invalid number of arguments specified for command');

export const getkeys: Command = {
  name: 'getkeys',
  arity: -4,
  flags: ['loading', 'stale'],
  group: 'server',
  since: '2.8.13',
  summary: 'Answers which arguments of a command would be keys.',
  complexity: 'O(N) for N arguments',
  syntax: 'command [arg ...]',
  categories: ['connection'],
  execute(call) {
    const { asked, keys } = keysOf(call);
    call.reply.array(keys.length);
    for (const index of keys) call.reply.bulk(asked.copy(index));
  },
};

export const getkeysandflags: Command = {
  ...getkeys,
  name: 'getkeysandflags',
  since: '7.0.0',
  summary: 'Answers which arguments of a command would be keys, and what would be done to them.',
  execute(call) {
    const { asked, keys } = keysOf(call);
    call.reply.array(keys.length);
    for (const [order, index] of keys.entries()) {
      call.reply.array(2);
      call.reply.bulk(asked.copy(index));
      replyStatuses(call.reply, accessOf(asked, order === 0));
    }
  },
};

/** The command that is asked about, and where its keys are. */
function keysOf(call: Call): { asked: Call; keys: readonly number[] } {
  const asked = hypotheticalCall(call, 2, NO_COMMAND);
  const { definition } = asked.command;
  if (definition.keys === undefined && definition.findKeys === undefined) throw NO_KEYS;
  if (!asked.command.accepts(asked.count)) throw WRONG_NUMBER;
  const keys = keyIndexes(asked) ?? [];
  if (keys.length === 0 && !asked.command.flags.has('no_mandatory_keys')) throw INVALID_ARGUMENTS;
  return { asked, keys };
}
