import { randomBytes } from 'node:crypto';
import { ACL_CATEGORIES, categoriesOf } from '../../../catalogue/acl-categories.js';
import type { Command } from '../../../command/call.js';
import { NOT_AN_INTEGER, ReplyError } from '../../../command/reply-error.js';
import { wrongSubcommand } from '../../../command/wrong-subcommand.js';

const DEFAULT_BITS = 256;
const MAX_BITS = 4096;
const BITS_PER_DIGIT = 4;
const BAD_BITS = new ReplyError('ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096');

const definition = {
  flags: ['noscript', 'loading', 'stale'],
  group: 'server',
  since: '6.0.0',
  complexity: 'O(1)',
} as const;

export const whoami: Command = {
  ...definition,
  name: 'whoami',
  arity: 2,
  summary: 'Answers who the connection is.',
  syntax: '',
  execute({ client, reply }) {
    reply.text(client.user.name);
  },
};

export const cat: Command = {
  ...definition,
  name: 'cat',
  arity: -2,
  summary: 'Answers the categories of commands, or which commands one of them has.',
  syntax: '[category]',
  execute(call) {
    if (call.count > 3) throw wrongSubcommand(call);
    const wanted = call.count === 2 ? undefined : ACL_CATEGORIES.find((name) => name === call.latin1(2).toLowerCase());
    if (call.count === 3 && wanted === undefined) throw new ReplyError(`ERR Unknown category '${call.latin1(2)}'`);
    const commands = call.registry.withSubcommands().filter((command) => wanted !== undefined && categoriesOf(command).includes(wanted));
    const names = wanted === undefined ? ACL_CATEGORIES : commands.map(({ fullName }) => fullName);
    call.reply.array(names.length);
    for (const name of names) call.reply.text(name);
  },
};

export const genpass: Command = {
  ...definition,
  name: 'genpass',
  arity: -2,
  summary: 'Answers a password that nobody can guess, in hexadecimal digits.',
  syntax: '[bits]',
  execute(call) {
    if (call.count > 3) throw wrongSubcommand(call);
    const bits = call.count === 2 ? DEFAULT_BITS : call.integer(2, NOT_AN_INTEGER);
    if (bits < 1 || bits > MAX_BITS) throw BAD_BITS;
    const digits = Math.ceil(bits / BITS_PER_DIGIT);
    call.reply.text(randomBytes(Math.ceil(digits / 2)).toString('hex').slice(0, digits));
  },
};
