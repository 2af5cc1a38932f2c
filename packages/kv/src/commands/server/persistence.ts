import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { Durability } from '../../server/durability.js';

const NOT_SAVED = new ReplyError('ERR This server keeps its data in memory only, there is nothing that it could be saved to');
const SAVE_UNDER_WAY = new ReplyError('ERR Background save already in progress');
const REWRITE_UNDER_WAY = new ReplyError('ERR Background append only file rewriting already in progress');

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
  summary: 'Makes a snapshot while everybody waits. An error where nothing is kept on disk.',
  complexity: 'O(N) for N keys with what they hold',
  execute(call) {
    const durability = durabilityOf(call);
    if (isUnderWay(durability)) throw SAVE_UNDER_WAY;
    try {
      durability.snapshotNow();
    } catch (error) {
      throw new ReplyError(`ERR The snapshot has failed: ${(error as Error).message}`);
    }
    call.reply.ok();
  },
};

/** What SCHEDULE is there for, to wait for the end of something else, never comes about. */
export const bgsave: Command = {
  ...definition,
  name: 'bgsave',
  arity: -1,
  summary: 'Begins a snapshot, which is made between the requests of clients. An error where nothing is kept on disk.',
  syntax: '[SCHEDULE]',
  execute(call) {
    if (call.count > 2 || (call.count === 2 && !call.is(1, 'SCHEDULE'))) throw SYNTAX;
    if (!durabilityOf(call).startSnapshot()) throw SAVE_UNDER_WAY;
    call.reply.status(`Background saving ${beginning(call)}`);
  },
};

/** A snapshot is what shortens the log, so it is the same. */
export const bgrewriteaof: Command = {
  ...definition,
  name: 'bgrewriteaof',
  summary: 'Shortens the log of changes by a snapshot, which is made between the requests of clients. An error where nothing is kept on disk.',
  execute(call) {
    if (!durabilityOf(call).startSnapshot()) throw REWRITE_UNDER_WAY;
    call.reply.status(`Background append only file rewriting ${beginning(call)}`);
  },
};

/** As in Redis, a server that has saved nothing yet answers when it was started. */
export const lastsave: Command = {
  ...definition,
  name: 'lastsave',
  flags: ['loading', 'stale', 'fast'],
  summary: 'Answers when a snapshot was last made, or that the server was started then, in Unix time.',
  categories: ['admin', 'dangerous'],
  execute({ server, reply }) {
    reply.integer(server.durability?.facts.lastSaveSeconds ?? Math.floor(server.startedMs / 1000));
  },
};

function durabilityOf({ server: { durability } }: Call): Durability {
  if (durability === undefined) throw NOT_SAVED;
  return durability;
}

function isUnderWay({ facts }: Durability): boolean {
  return facts.currentSaveDurationSeconds >= 0;
}

/** A snapshot never has half of a transaction: it begins when that is over. */
function beginning({ outer }: Call): string {
  return outer === undefined ? 'started' : 'scheduled';
}
