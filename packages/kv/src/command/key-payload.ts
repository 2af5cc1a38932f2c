import { collectionType, writeCollection } from '../rdb/collection-payload.js';
import { endPayload } from '../rdb/dump-payload.js';
import { STRING_TYPE } from '../rdb/rdb-type.js';
import { RdbWriter } from '../rdb/rdb-writer.js';
import type { Database } from '../store/database.js';
import { STRING } from '../store/meta.js';

/** What an entry holds in the form that RESTORE takes. */
export function keyPayload(db: Database, entry: number): Buffer {
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
  return endPayload(writer);
}
