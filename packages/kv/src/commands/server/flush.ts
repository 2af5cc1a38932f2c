import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { Database } from '../../store/database.js';

export const flushdb: Command = {
  name: 'flushdb',
  arity: -1,
  flags: ['write'],
  group: 'server',
  since: '1.0.0',
  summary: 'Removes all keys of the database. What they took is given back in slices, with SYNC too.',
  complexity: 'O(1), and O(N) for N keys in the background',
  syntax: '[ASYNC | SYNC]',
  categories: ['keyspace', 'dangerous'],
  execute: (call) => flush(call, [call.db]),
};

export const flushall: Command = {
  ...flushdb,
  name: 'flushall',
  summary: 'Removes all keys of all databases. What they took is given back in slices, with SYNC too.',
  execute: (call) => flush(call, call.server.keyspace.databases),
};

export const swapdb: Command = {
  name: 'swapdb',
  arity: 3,
  flags: ['write', 'fast'],
  group: 'server',
  since: '4.0.0',
  summary: 'Exchanges two databases, for all clients at once.',
  complexity: 'O(N) for N clients that watch or wait for keys of them',
  syntax: 'index1 index2',
  categories: ['keyspace', 'dangerous'],
  execute(call) {
    const numbers = [indexAt(call, 1, 'first'), indexAt(call, 2, 'second')];
    const [first, second] = numbers.map((number) => call.server.keyspace.databases[number]);
    if (first === undefined || second === undefined) throw new ReplyError('ERR DB index is out of range');
    if (first !== second) exchange(call, first, second);
    call.server.keyspace.dirty++;
    call.reply.ok();
  },
};

export const dbsize: Command = {
  name: 'dbsize',
  arity: 1,
  flags: ['readonly', 'fast'],
  group: 'server',
  since: '1.0.0',
  summary: 'Answers how many keys the database has.',
  complexity: 'O(1)',
  syntax: '',
  categories: ['keyspace'],
  execute(call) {
    call.reply.integer(call.db.size);
  },
};

function exchange({ server: { watches, blocking } }: Call, first: Database, second: Database): void {
  watches.databaseChanges(first, second);
  watches.databaseChanges(second, first);
  first.swap(second);
  blocking.databaseChanged(first);
  blocking.databaseChanged(second);
}

function flush(call: Call, databases: readonly Database[]): void {
  if (call.count > 2 || (call.count === 2 && !call.is(1, 'ASYNC') && !call.is(1, 'SYNC'))) throw SYNTAX;
  for (const db of databases) {
    if (db.size === 0) continue;
    call.server.watches.databaseChanges(db);
    call.server.keyspace.flush(db);
    call.server.blocking.databaseChanged(db);
  }
  call.server.tracking.flushed();
  call.server.reclaim();
  call.reply.ok();
}

function indexAt(call: Call, index: number, which: string): number {
  return call.int32(index, new ReplyError(`ERR invalid ${which} DB index`));
}
