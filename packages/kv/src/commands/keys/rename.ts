import type { Call, Command } from '../../command/call.js';
import { NO_SUCH_KEY, ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { Database } from '../../store/database.js';
import { STRING } from '../../store/meta.js';

const SAME_OBJECT = new ReplyError('ERR source and destination objects are the same');
const OUT_OF_RANGE = new ReplyError('ERR DB index is out of range');

export const rename: Command = {
  name: 'rename',
  arity: 3,
  flags: ['write'],
  keys: { first: 1, last: 2, step: 1 },
  group: 'generic',
  since: '1.0.0',
  summary: 'Gives a key another name; what had that name is gone.',
  complexity: 'O(1) for collections, O(N) for a string of N bytes',
  syntax: 'key newkey',
  execute(call) {
    if (call.find(1) === 0) throw NO_SUCH_KEY;
    if (!sameKeys(call)) renameKey(call);
    call.reply.ok();
  },
};

export const renamenx: Command = {
  ...rename,
  name: 'renamenx',
  flags: ['write', 'fast'],
  summary: 'Gives a key another name, if nothing has it.',
  execute(call) {
    if (call.find(1) === 0) throw NO_SUCH_KEY;
    if (sameKeys(call) || call.find(2) !== 0) return call.reply.integer(0);
    renameKey(call);
    call.reply.integer(1);
  },
};

export const move: Command = {
  ...rename,
  name: 'move',
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  summary: 'Moves a key to another database, if that has none of this name.',
  syntax: 'key db',
  execute(call) {
    const target = call.server.keyspace.databases[call.int32(2)];
    if (target === undefined) throw OUT_OF_RANGE;
    if (target === call.db) throw SAME_OBJECT;
    if (call.find(1) === 0 || findIn(call, target, 1) !== 0) return call.reply.integer(0);
    target.rename(call.db, call.find(1), call.source, call.start(1), call.end(1));
    call.changed(1, 'move_from', 'g');
    call.keyChanged(target, call.copy(1), 'move_to', 'g');
    call.reply.integer(1);
  },
};

export const copy: Command = {
  ...rename,
  name: 'copy',
  arity: -3,
  flags: ['write', 'denyoom'],
  since: '6.2.0',
  summary: 'Copies a key, also to another database.',
  complexity: 'O(N) for N elements or bytes',
  syntax: 'source destination [DB destination-db] [REPLACE]',
  execute(call) {
    const { target, replace } = readCopyOptions(call);
    if (target === call.db && sameKeys(call)) throw SAME_OBJECT;
    const source = call.read(1);
    if (source === 0) return call.reply.integer(0);
    const old = findIn(call, target, 2);
    if (old !== 0 && !replace) return call.reply.integer(0);
    copyKey(call, source, target);
    if (old !== 0) call.replaced(target, 2);
    call.server.reclaim();
    call.keyChanged(target, call.copy(2), 'copy_to', 'g');
    call.reply.integer(1);
  },
};

function readCopyOptions(call: Call): { target: Database; replace: boolean } {
  let target = call.db;
  let replace = false;
  for (let i = 3; i < call.count; i++) {
    if (call.is(i, 'REPLACE')) replace = true;
    else if (call.is(i, 'DB') && i + 1 < call.count) {
      const db = call.server.keyspace.databases[call.int32(++i)];
      if (db === undefined) throw OUT_OF_RANGE;
      target = db;
    } else throw SYNTAX;
  }
  return { target, replace };
}

function copyKey({ db, source, starts, ends }: Call, from: number, target: Database): void {
  const start = starts[2] as number;
  const end = ends[2] as number;
  if (db.typeOf(from) === STRING) target.copyString(db, from, source, start, end);
  else target.setCollection(source, start, end, db.collectionOf(from).copy(), db.deadlineOf(from));
}

function renameKey(call: Call): void {
  const { db } = call;
  const overwritten = call.find(2);
  db.rename(db, call.find(1), call.source, call.start(2), call.end(2));
  if (overwritten !== 0) call.replaced(db, 2);
  call.server.reclaim();
  call.changed(1, 'rename_from', 'g');
  call.changed(2, 'rename_to', 'g');
}

function findIn(call: Call, db: Database, index: number): number {
  return db.find(call.source, call.start(index), call.end(index));
}

function sameKeys(call: Call): boolean {
  return call.source.compare(call.source, call.start(1), call.end(1), call.start(2), call.end(2)) === 0;
}
