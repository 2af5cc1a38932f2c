import { categoriesOf } from '../../catalogue/acl-categories.js';
import type { Call, Command } from '../../command/call.js';
import type { KeyRange } from '../../catalogue/command-definition.js';
import { keyAccess } from '../../command/key-access.js';
import type { RegisteredCommand } from '../../catalogue/registry.js';
import type { ReplyWriter } from '../../protocol/reply-writer.js';

const NO_KEYS: KeyRange = { first: 0, last: 0, step: 0 };

export const info: Command = {
  name: 'info',
  arity: -2,
  flags: ['loading', 'stale'],
  group: 'server',
  since: '2.8.13',
  summary: 'Tells what commands there are, or what some are: arity, flags, keys, categories.',
  complexity: 'O(N) for N commands',
  syntax: '[command-name [command-name ...]]',
  categories: ['connection'],
  execute(call) {
    const asked = Array.from({ length: call.count - 2 }, (_, index) => call.registry.byName(call.latin1(index + 2)));
    const commands = call.count === 2 ? call.registry.all : asked;
    call.reply.array(commands.length);
    for (const command of commands) {
      if (command === undefined) call.reply.nil();
      else replyInfo(call.reply, command);
    }
  },
};

export function replyInfo(reply: ReplyWriter, command: RegisteredCommand<Call>): void {
  const { definition, fullName, subcommands } = command;
  const keys = definition.keys ?? NO_KEYS;
  reply.array(10);
  reply.text(fullName);
  reply.integer(definition.arity);
  replyStatuses(reply, flagsOf(command));
  for (const place of [keys.first, keys.last, keys.step]) reply.integer(place);
  replyStatuses(reply, categoriesOf(command).map((category) => `@${category}`));
  reply.set(0);
  replyKeySpecifications(reply, command);
  if (subcommands.size === 0) reply.set(0);
  else reply.array(subcommands.size);
  for (const sub of subcommands.values()) replyInfo(reply, sub);
}

/** One of them is nobody's business but the server's. */
function flagsOf({ flags }: RegisteredCommand<Call>): string[] {
  return [...flags].filter((flag) => flag !== 'may_replicate');
}

export function replyStatuses(reply: ReplyWriter, texts: readonly string[]): void {
  reply.set(texts.length);
  for (const text of texts) reply.status(text);
}

/** One for the keys at fixed places; of movable ones there is only the flag. */
function replyKeySpecifications(reply: ReplyWriter, command: RegisteredCommand<Call>): void {
  const { keys } = command.definition;
  reply.set(keys === undefined ? 0 : 1);
  if (keys === undefined) return;
  reply.map(3);
  reply.text('flags');
  replyStatuses(reply, keyAccess(command, true));
  replySearch(reply, 'begin_search', 'index', { index: keys.first });
  replySearch(reply, 'find_keys', 'range', { lastkey: keys.last < 0 ? keys.last : keys.last - keys.first, keystep: keys.step, limit: 0 });
}

function replySearch(reply: ReplyWriter, name: string, type: string, places: Readonly<Record<string, number>>): void {
  reply.text(name);
  reply.map(2);
  reply.text('type');
  reply.text(type);
  reply.text('spec');
  reply.map(Object.keys(places).length);
  for (const [place, value] of Object.entries(places)) {
    reply.text(place);
    reply.integer(value);
  }
}
