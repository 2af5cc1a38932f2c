import type { Command } from '../../command/call.js';
import type { CommandFlag } from '../../catalogue/command-definition.js';
import { helpCommand } from '../../command/help.js';
import { ReplyError } from '../../command/reply-error.js';

const DISABLED = new ReplyError('ERR This instance has cluster support disabled');

const READING: readonly CommandFlag[] = ['stale'];
const WATCHING: readonly CommandFlag[] = ['admin', 'stale'];
const CHANGING: readonly CommandFlag[] = ['admin', 'stale', 'no_async_loading'];

/** Clients ask for these to find out whether they talk to a cluster, and take the error for a no. */
const SUBCOMMANDS: readonly (readonly [name: string, arity: number, since: string, flags: readonly CommandFlag[]])[] = [
  ['addslots', -3, '3.0.0', CHANGING],
  ['addslotsrange', -4, '7.0.0', CHANGING],
  ['bumpepoch', 2, '3.0.0', CHANGING],
  ['count-failure-reports', 3, '3.0.0', WATCHING],
  ['countkeysinslot', 3, '3.0.0', READING],
  ['delslots', -3, '3.0.0', CHANGING],
  ['delslotsrange', -4, '7.0.0', CHANGING],
  ['failover', -2, '3.0.0', CHANGING],
  ['flushslots', 2, '3.0.0', CHANGING],
  ['forget', 3, '3.0.0', CHANGING],
  ['getkeysinslot', 4, '3.0.0', READING],
  ['info', 2, '3.0.0', READING],
  ['keyslot', 3, '3.0.0', READING],
  ['links', 2, '7.0.0', READING],
  ['meet', -4, '3.0.0', CHANGING],
  ['myid', 2, '3.0.0', READING],
  ['nodes', 2, '3.0.0', READING],
  ['replicas', 3, '5.0.0', WATCHING],
  ['replicate', 3, '3.0.0', CHANGING],
  ['reset', -2, '3.0.0', ['admin', 'noscript', 'stale']],
  ['saveconfig', 2, '3.0.0', CHANGING],
  ['set-config-epoch', 3, '3.0.0', CHANGING],
  ['setslot', -4, '3.0.0', CHANGING],
  ['shards', 2, '7.0.0', READING],
  ['slaves', 3, '3.0.0', WATCHING],
  ['slots', 2, '3.0.0', READING],
];

const definition = {
  group: 'cluster',
  complexity: 'O(1)',
  syntax: '',
  execute() {
    throw DISABLED;
  },
} as const;

const subcommands: readonly Command[] = SUBCOMMANDS.map(([name, arity, since, flags]) => ({
  ...definition, name, arity, since, flags, summary: 'An error: the server is no part of a cluster.',
}));

export const cluster: Command = {
  ...definition,
  name: 'cluster',
  arity: -2,
  flags: [],
  since: '3.0.0',
  summary: 'Says that the server is no part of a cluster.',
  subcommands: [...subcommands, helpCommand('cluster', '5.0.0')],
};

export const readonly: Command = {
  ...definition,
  name: 'readonly',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  since: '3.0.0',
  summary: 'Would allow reading from a replica of a cluster: an error.',
  categories: ['connection'],
};

export const readwrite: Command = { ...readonly, name: 'readwrite', summary: 'Would forbid reading from a replica of a cluster: an error.' };

export const asking: Command = { ...readonly, name: 'asking', flags: ['fast'], summary: 'Would follow a redirection within a cluster: an error.' };
