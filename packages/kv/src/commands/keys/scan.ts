import type { Call, Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { replyScan, scanCursor, scanOptions } from '../../command/scan.js';
import { TYPE_NAMES } from '../../store/meta.js';

export const scan: Command = {
  name: 'scan',
  arity: -2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.8.0',
  summary: 'Answers some keys of the database, and a cursor to go on from. A key that is there all the time is answered once.',
  complexity: 'O(1) for every call, O(N) for a whole pass over N keys',
  syntax: 'cursor [MATCH pattern] [COUNT count] [TYPE type]',
  execute(call) {
    const { db, reply } = call;
    const cursor = scanCursor(call, 1);
    const type = readType(call);
    const { count, matches } = scanOptions(call, 2, type === undefined ? [] : ['TYPE']);
    const found: number[] = [];
    const expired: number[] = [];
    const next = db.dict.scan(cursor, count, (entry) => {
      if (db.isExpired(entry)) expired.push(entry);
      else if (type === undefined || TYPE_NAMES[db.typeOf(entry)] === type) found.push(entry);
    });
    replyScan(reply, () => {
      let items = 0;
      for (const entry of found) {
        const { buffer, start, end } = db.keyRange(entry);
        if (!matches(buffer, start, end)) continue;
        reply.bulk(buffer, start, end);
        items++;
      }
      return [next, items];
    });
    for (const entry of expired) db.lose(entry, 'expired');
  },
};

export const randomkey: Command = {
  name: 'randomkey',
  arity: 1,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers a key of the database by chance.',
  complexity: 'O(1)',
  syntax: '',
  execute(call) {
    const { db, reply } = call;
    for (let entry = randomEntry(call); entry !== 0; entry = randomEntry(call)) {
      if (db.isExpired(entry)) {
        db.lose(entry, 'expired');
        continue;
      }
      const { buffer, start, end } = db.keyRange(entry);
      return reply.bulk(buffer, start, end);
    }
    reply.nil();
  },
};

function randomEntry(call: Call): number {
  return call.db.dict.random(() => call.server.keyspace.random());
}

/** What TYPE asks for. */
function readType(call: Call): string | undefined {
  let type: string | undefined;
  for (let i = 2; i + 1 < call.count; i += 2) {
    if (call.is(i, 'TYPE')) type = call.latin1(i + 1).toLowerCase();
    else if (!call.is(i, 'COUNT') && !call.is(i, 'MATCH')) throw SYNTAX;
  }
  return type;
}
