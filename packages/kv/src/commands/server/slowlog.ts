import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { ReplyError } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';

const DEFAULT_COUNT = 10;
const BAD_COUNT = new ReplyError('ERR count should be greater than or equal to -1');

const definition = {
  arity: 2,
  flags: ['admin', 'loading', 'stale'],
  group: 'server',
  since: '2.2.12',
  syntax: '',
} as const;

const get: Command = {
  ...definition,
  name: 'get',
  arity: -2,
  summary: 'Answers the latest commands that took long; -1 is all that are kept.',
  complexity: 'O(N) for N commands',
  syntax: '[count]',
  execute(call) {
    const entries = call.server.slowlog.entries.slice(0, countOf(call));
    call.reply.array(entries.length);
    for (const { id, seconds, microseconds, args, address, clientName } of entries) {
      call.reply.array(6);
      call.reply.integer(id);
      call.reply.integer(seconds);
      call.reply.integer(microseconds);
      call.reply.array(args.length);
      for (const arg of args) call.reply.bulk(Buffer.from(arg, 'latin1'));
      call.reply.text(address);
      call.reply.bulk(Buffer.from(clientName, 'latin1'));
    }
  },
};

const len: Command = {
  ...definition,
  name: 'len',
  summary: 'Answers how many commands the log has.',
  complexity: 'O(1)',
  execute({ server, reply }) {
    reply.integer(server.slowlog.entries.length);
  },
};

const reset: Command = {
  ...definition,
  name: 'reset',
  summary: 'Empties the log.',
  complexity: 'O(N) for N commands',
  execute({ server, reply }) {
    server.slowlog.entries.length = 0;
    reply.ok();
  },
};

export const slowlog: Command = {
  ...definition,
  name: 'slowlog',
  arity: -2,
  flags: [],
  summary: 'Tells which commands took long.',
  complexity: 'Depends on the subcommand.',
  subcommands: [get, helpCommand('server', '6.2.0'), len, reset],
  execute() {},
};

function countOf(call: Call): number {
  if (call.count > 3) throw wrongSubcommand(call);
  if (call.count === 2) return DEFAULT_COUNT;
  const count = call.integer(2, BAD_COUNT);
  if (count < -1) throw BAD_COUNT;
  return count === -1 ? call.server.slowlog.entries.length : count;
}
