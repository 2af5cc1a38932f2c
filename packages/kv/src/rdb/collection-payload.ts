import type { HashValue } from '../values/hash-value.js';
import type { ListValue } from '../values/list-value.js';
import type { SetValue } from '../values/set-value.js';
import type { SortedSetValue } from '../values/sorted-set-value.js';
import type { StreamValue } from '../values/stream-value.js';
import type { Collection, ValueContext } from '../values/value-context.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { readHash, readPackedHash, writeHash } from './hash-payload.js';
import { readList, readOldQuicklist, readQuicklist, readZiplist, writeList } from './list-payload.js';
import { listpackElements } from './listpack.js';
import type { RdbReader } from './rdb-reader.js';
import {
  HASH_TYPE, INT_SET_TYPE, LIST_TYPE, LISTPACK_HASH_TYPE, LISTPACK_SORTED_SET_TYPE, OLD_QUICKLIST_TYPE, OLD_SORTED_SET_TYPE, OLD_STREAM_TYPE,
  QUICKLIST_TYPE, SET_TYPE, SORTED_SET_TYPE, STREAM_TYPE, ZIPLIST_HASH_TYPE, ZIPLIST_LIST_TYPE, ZIPLIST_SORTED_SET_TYPE, ZIPMAP_HASH_TYPE,
} from './rdb-type.js';
import type { RdbWriter } from './rdb-writer.js';
import { readIntSet, readSet, writeSet } from './set-payload.js';
import { readOldSortedSet, readPackedSortedSet, readSortedSet, writeSortedSet } from './sorted-set-payload.js';
import { readOldStream, readStream, writeStream } from './stream-payload.js';
import { ziplistElements } from './ziplist.js';
import { zipmapElements } from './zipmap.js';

/** Reads what follows the type of a collection. */
type CollectionReader = (reader: RdbReader, context: ValueContext) => Collection;

const READERS: Readonly<Record<number, CollectionReader>> = {
  [LIST_TYPE]: readList,
  [QUICKLIST_TYPE]: readQuicklist,
  [OLD_QUICKLIST_TYPE]: readOldQuicklist,
  [ZIPLIST_LIST_TYPE]: readZiplist,
  [SET_TYPE]: readSet,
  [INT_SET_TYPE]: readIntSet,
  [HASH_TYPE]: readHash,
  [LISTPACK_HASH_TYPE]: (reader, context) => readPackedHash(listpackElements(reader.string()), context),
  [ZIPLIST_HASH_TYPE]: (reader, context) => readPackedHash(ziplistElements(reader.string()), context),
  [ZIPMAP_HASH_TYPE]: (reader, context) => readPackedHash(zipmapElements(reader.string()), context),
  [SORTED_SET_TYPE]: readSortedSet,
  [OLD_SORTED_SET_TYPE]: readOldSortedSet,
  [LISTPACK_SORTED_SET_TYPE]: (reader, context) => readPackedSortedSet(listpackElements(reader.string()), context),
  [ZIPLIST_SORTED_SET_TYPE]: (reader, context) => readPackedSortedSet(ziplistElements(reader.string()), context),
  [STREAM_TYPE]: readStream,
  [OLD_STREAM_TYPE]: readOldStream,
};

/** How a collection is written: those that are compact here are so there, too. */
export function collectionType({ type, encoding }: Collection): number {
  switch (type) {
    case 'list': return QUICKLIST_TYPE;
    case 'set': return encoding === 'intset' ? INT_SET_TYPE : SET_TYPE;
    case 'zset': return encoding === 'listpack' ? LISTPACK_SORTED_SET_TYPE : SORTED_SET_TYPE;
    case 'hash': return encoding === 'listpack' ? LISTPACK_HASH_TYPE : HASH_TYPE;
    case 'stream': return STREAM_TYPE;
  }
}

/** Writes what follows the type of a collection. */
export function writeCollection(writer: RdbWriter, collection: Collection): void {
  switch (collection.type) {
    case 'list': return writeList(writer, collection as ListValue);
    case 'set': return writeSet(writer, collection as SetValue);
    case 'zset': return writeSortedSet(writer, collection as SortedSetValue);
    case 'hash': return writeHash(writer, collection as HashValue);
    case 'stream': return writeStream(writer, collection as StreamValue);
  }
}

/** The collection that follows its type, which the caller owns. Error: CorruptPayloadError, also for a type that is none. */
export function readCollection(type: number, reader: RdbReader, context: ValueContext): Collection {
  const read = READERS[type];
  if (read === undefined) throw new CorruptPayloadError();
  return read(reader, context);
}
