import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

const NO_FOLLOWERS = new ReplyError('ERR This server cannot have replicas: there is no stream of changes that one could follow');

/** What a replica asks of its master. The answer ends up in the replica's log, or on the screen of `redis-cli --rdb`. */
export const sync: Command = {
  name: 'sync',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  group: 'server',
  since: '1.0.0',
  summary: 'Would send all data to a replica: an error.',
  complexity: 'O(1)',
  syntax: '',
  execute() {
    throw NO_FOLLOWERS;
  },
};

export const psync: Command = {
  ...sync,
  name: 'psync',
  arity: -3,
  since: '2.8.0',
  summary: 'Would send to a replica what it has missed: an error.',
  syntax: 'replicationid offset',
};

export const replconf: Command = {
  ...sync,
  name: 'replconf',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'allow_busy'],
  since: '3.0.0',
  summary: 'Would agree with a replica on how it is told of changes: an error.',
};
