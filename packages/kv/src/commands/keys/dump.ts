import type { Command } from '../../command/call.js';
import { collectionType, writeCollection } from '../../rdb/collection-payload.js';
import { endPayload } from '../../rdb/dump-payload.js';
import { STRING_TYPE } from '../../rdb/rdb-type.js';
import { RdbWriter } from '../../rdb/rdb-writer.js';
import { STRING } from '../../store/meta.js';

export const dump: Command = {
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '2.6.0',
  summary: 'Answers the value of a key in a form that RESTORE takes, here and in Redis.',
  complexity: 'O(N) for N elements or bytes',
  syntax: 'key',
  execute(call) {
    const { db, reply } = call;
    const entry = call.read(1);
    if (entry === 0) return reply.nil();
    const writer = new RdbWriter();
    if (db.typeOf(entry) === STRING) {
      const { buffer, start, end } = db.stringOf(entry);
      writer.byte(STRING_TYPE);
      writer.string(buffer, start, end);
    } else {
      const collection = db.collectionOf(entry);
      writer.byte(collectionType(collection));
      writeCollection(writer, collection);
    }
    reply.bulk(endPayload(writer));
  },
};
