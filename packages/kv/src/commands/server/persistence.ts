import type { Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';

const NOT_SAVED = new ReplyError('ERR This server keeps its data in memory only, there is nothing that it could be saved to');

const definition = {
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  group: 'server',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
} as const;

export const save: Command = {
  ...definition,
  name: 'save',
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  summary: 'Would save all data while everybody waits: an error, as nothing is kept on disk.',
  execute() {
    throw NOT_SAVED;
  },
};

export const bgsave: Command = {
  ...definition,
  name: 'bgsave',
  arity: -1,
  summary: 'Would save all data in the background: an error, as nothing is kept on disk.',
  syntax: '[SCHEDULE]',
  execute(call) {
    if (call.count > 2 || (call.count === 2 && !call.is(1, 'SCHEDULE'))) throw SYNTAX;
    throw NOT_SAVED;
  },
};

export const bgrewriteaof: Command = {
  ...definition,
  name: 'bgrewriteaof',
  summary: 'Would shorten the log of changes: an error, as there is none.',
  execute() {
    throw NOT_SAVED;
  },
};

/** As in Redis, a server that has saved nothing yet answers when it was started. */
export const lastsave: Command = {
  ...definition,
  name: 'lastsave',
  flags: ['loading', 'stale', 'fast'],
  summary: 'Answers when data was saved last, or that the server was started then, in Unix time.',
  categories: ['admin', 'dangerous'],
  execute({ server, reply }) {
    reply.integer(Math.floor(server.startedMs / 1000));
  },
};
