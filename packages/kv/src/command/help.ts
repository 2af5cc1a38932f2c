import type { CommandGroup } from '../catalogue/command-definition.js';
import type { Command } from './call.js';

/** The subcommand HELP of a command that has others: tells what each is for, from their own definitions. */
export function helpCommand(group: CommandGroup, since: string): Command {
  return {
    name: 'help',
    arity: 2,
    flags: ['loading', 'stale'],
    group,
    since,
    summary: 'Answers what the subcommands are for.',
    complexity: 'O(1)',
    syntax: '',
    execute(call) {
      const name = call.latin1(0).toUpperCase();
      const subcommands = [...(call.registry.byName(name)?.subcommands.values() ?? [])];
      call.reply.array(1 + subcommands.length * 2);
      call.reply.status(`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
      for (const { definition } of subcommands) {
        call.reply.status(`${definition.name.toUpperCase()} ${definition.syntax}`.trim());
        call.reply.status(`    ${definition.summary}`);
      }
    },
  };
}
