import { Call, type Command } from '../../command/call.js';
import { keyAccess } from '../../command/key-access.js';
import type { RegisteredCommand } from '../../command/registry.js';
import { ReplyError } from '../../command/reply-error.js';
import { Request } from '../../protocol/request.js';
import { replyStatuses } from './command-info.js';

const NO_COMMAND = new ReplyError('ERR Invalid command specified');
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

/** The command that is asked about, as a call of its own that is never made, and where its keys are. */
function keysOf(call: Call): { asked: Call; keys: readonly number[] } {
  const asked = new Call(call.server, call.registry, call.reply);
  asked.client = call.client;
  asked.take(new Request(Array.from({ length: call.count - 2 }, (_, index) => call.copy(index + 2))));
  asked.command = commandOf(asked);
  const { definition } = asked.command;
  if (definition.keys === undefined && definition.findKeys === undefined) throw NO_KEYS;
  if (!asked.command.accepts(asked.count)) throw WRONG_NUMBER;
  return { asked, keys: [...new Set([...fixedKeys(asked), ...foundKeys(asked)])] };
}

function commandOf(asked: Call): RegisteredCommand<Call> {
  const command = asked.registry.find(asked.source, asked.start(0), asked.end(0));
  if (command === undefined) throw NO_COMMAND;
  if (command.subcommands.size === 0 || asked.count < 2) return command;
  const sub = command.subcommands.get(asked.latin1(1).toLowerCase());
  if (sub === undefined) throw NO_COMMAND;
  return sub;
}

function fixedKeys({ command: { definition: { keys } }, count }: Call): number[] {
  if (keys === undefined) return [];
  const last = keys.last < 0 ? count + keys.last : keys.last;
  return Array.from({ length: Math.floor((last - keys.first) / keys.step) + 1 }, (_, index) => keys.first + index * keys.step);
}

/** Where the arguments make no sense there are none. */
function foundKeys(asked: Call): number[] {
  try {
    return asked.command.definition.findKeys?.(asked) ?? [];
  } catch (error) {
    if (error instanceof ReplyError) return [];
    throw error;
  }
}

/** Two commands read what they replace only if they are asked for it. */
function accessOf(asked: Call, isFirst: boolean): string[] {
  const { fullName } = asked.command;
  const has = (word: string): boolean => Array.from({ length: asked.count }, (_, index) => index).some((index) => index > 1 && asked.is(index, word));
  if (fullName === 'set' && has('GET')) return ['RW', 'access', 'update'];
  if (fullName === 'bitfield' && !has('SET') && !has('INCRBY')) return ['RO', 'access'];
  return keyAccess(asked.command, isFirst);
}
