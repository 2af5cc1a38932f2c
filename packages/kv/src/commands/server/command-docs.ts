import type { Call, Command } from '../../command/call.js';
import type { RegisteredCommand } from '../../catalogue/registry.js';
import { type Argument, parseSyntax } from '../../command/syntax-arguments.js';
import type { ReplyWriter } from '../../protocol/reply-writer.js';
import { replyStatuses } from './command-info.js';

export const docs: Command = {
  name: 'docs',
  arity: -2,
  flags: ['loading', 'stale'],
  group: 'server',
  since: '7.0.0',
  summary: 'Tells what commands are for and which arguments they take.',
  complexity: 'O(N) for N commands',
  syntax: '[command-name [command-name ...]]',
  categories: ['connection'],
  execute(call) {
    const asked = Array.from({ length: call.count - 2 }, (_, index) => call.registry.byName(call.latin1(index + 2)));
    const commands = call.count === 2 ? call.registry.all : asked.filter((command) => command !== undefined);
    replyDocs(call.reply, commands);
  },
};

function replyDocs(reply: ReplyWriter, commands: readonly RegisteredCommand<Call>[]): void {
  reply.map(commands.length);
  for (const command of commands) {
    reply.text(command.fullName);
    replyDoc(reply, command);
  }
}

function replyDoc(reply: ReplyWriter, { definition, subcommands }: RegisteredCommand<Call>): void {
  const args = parseSyntax(definition.syntax);
  const facts = [['summary', definition.summary], ['since', definition.since], ['group', definition.group], ['complexity', definition.complexity ?? '']];
  const told = facts.filter(([, text]) => text !== '');
  reply.map(told.length + Math.min(1, args.length) + Math.min(1, subcommands.size));
  for (const text of told.flat()) reply.text(text);
  if (args.length > 0) {
    reply.text('arguments');
    replyArguments(reply, args, { next: 0 });
  }
  if (subcommands.size > 0) {
    reply.text('subcommands');
    replyDocs(reply, [...subcommands.values()]);
  }
}

/** Keys are numbered, in the order in which they stand. */
function replyArguments(reply: ReplyWriter, args: readonly Argument[], keys: { next: number }): void {
  reply.array(args.length);
  for (const arg of args) {
    const { name, type, token, flags, arguments: parts } = arg;
    const isKey = type === 'key';
    reply.map(2 + Number(isKey) + Number(token !== undefined) + Math.min(1, flags.length) + Number(parts !== undefined));
    for (const text of ['name', name, 'type', type]) reply.text(text);
    if (isKey) {
      reply.text('key_spec_index');
      reply.integer(keys.next++);
    }
    if (token !== undefined) for (const text of ['token', token]) reply.text(text);
    if (flags.length > 0) {
      reply.text('flags');
      replyStatuses(reply, flags);
    }
    if (parts !== undefined) {
      reply.text('arguments');
      replyArguments(reply, parts, keys);
    }
  }
}
