import type { Command } from '../../../command/call.js';
import { helpCommand } from '../../../command/help.js';
import { ReplyError } from '../../../command/reply-error.js';
import { cat, genpass, whoami } from './acl-facts.js';
import { log } from './acl-log.js';
import { deluser, dryrun, getuser, list, setuser, users } from './acl-users.js';

const NO_FILE = new ReplyError(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE '
  + '(assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
);

const save: Command = {
  name: 'save',
  arity: 2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '6.0.0',
  summary: 'Would write the users to a file: an error, as there is none.',
  complexity: 'O(1)',
  syntax: '',
  execute() {
    throw NO_FILE;
  },
};

const load: Command = { ...save, name: 'load', summary: 'Would read the users from a file: an error, as there is none.' };

export const acl: Command = {
  name: 'acl',
  arity: -2,
  flags: [],
  group: 'server',
  since: '6.0.0',
  summary: 'Tells who may do what, and changes it.',
  complexity: 'Depends on the subcommand.',
  syntax: '',
  subcommands: [cat, deluser, dryrun, genpass, getuser, helpCommand('server', '6.0.0'), list, load, log, save, setuser, users, whoami],
  execute() {},
};
