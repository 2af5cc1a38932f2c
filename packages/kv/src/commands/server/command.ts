import { globMatches } from '../../bytes/glob.js';
import { categoriesOf } from '../../catalogue/acl-categories.js';
import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import type { RegisteredCommand } from '../../catalogue/registry.js';
import { SYNTAX } from '../../command/reply-error.js';
import { docs } from './command-docs.js';
import { info, replyInfo } from './command-info.js';
import { getkeys, getkeysandflags } from './command-keys.js';

const definition = {
  flags: ['loading', 'stale'],
  group: 'server',
  complexity: 'O(N) for N commands',
  categories: ['connection'],
} as const;

const count: Command = {
  ...definition,
  name: 'count',
  arity: 2,
  since: '2.8.13',
  summary: 'Answers how many commands there are.',
  complexity: 'O(1)',
  syntax: '',
  execute({ registry, reply }) {
    reply.integer(registry.all.length);
  },
};

const list: Command = {
  ...definition,
  name: 'list',
  arity: -2,
  since: '7.0.0',
  summary: 'Answers the names of all commands, or of those that a filter lets pass.',
  syntax: '[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]',
  execute(call) {
    const passes = filterOf(call);
    const names = call.registry.withSubcommands().filter(passes).map(({ fullName }) => fullName);
    call.reply.array(names.length);
    for (const name of names) call.reply.text(name);
  },
};

export const command: Command = {
  ...definition,
  name: 'command',
  arity: -1,
  since: '2.8.13',
  summary: 'Tells of commands: without a subcommand, what COMMAND INFO tells of all of them.',
  syntax: '',
  subcommands: [count, docs, getkeys, getkeysandflags, { ...helpCommand('server', '5.0.0'), categories: ['connection'] }, info, list],
  execute(call) {
    call.reply.array(call.registry.all.length);
    for (const registered of call.registry.all) replyInfo(call.reply, registered);
  },
};

function filterOf(call: Call): (command: RegisteredCommand<Call>) => boolean {
  if (call.count === 2) return () => true;
  if (call.count !== 5 || !call.is(2, 'FILTERBY')) throw SYNTAX;
  const wanted = call.copy(4);
  if (call.is(3, 'MODULE')) return () => false;
  if (call.is(3, 'ACLCAT')) return (registered) => categoriesOf(registered).some((category) => category === wanted.toString().toLowerCase());
  if (call.is(3, 'PATTERN')) return ({ fullName }) => globMatches(wanted, 0, wanted.length, Buffer.from(fullName), 0, fullName.length, true);
  throw SYNTAX;
}
