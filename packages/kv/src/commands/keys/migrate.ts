import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

const NO_TARGET = new ReplyError('ERR This server connects to no other one: read keys with DUMP here, and write them with RESTORE there');

/** Where the options begin. */
const OPTIONS = 6;

export const migrate: Command = {
  name: 'migrate',
  arity: -6,
  flags: ['write', 'movablekeys'],
  keys: { first: 3, last: 3, step: 1 },
  group: 'generic',
  since: '2.6.0',
  summary: 'Would move keys to another server: an error.',
  complexity: 'O(1)',
  syntax: '<host | ""> port <key | ""> destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key [key ...]]',
  categories: ['dangerous'],
  isSecret: (call, index) => index > OPTIONS && (call.is(index - 1, 'AUTH') || call.is(index - 1, 'AUTH2') || call.is(index - 2, 'AUTH2')),
  execute() {
    throw NO_TARGET;
  },
};
