import type { Call } from '../../command/call.js';
import { HASH } from '../../store/meta.js';
import { HashValue } from '../../values/hash-value.js';

/** The hash at the key, which is argument 1, for a reader; undefined if there is none. Error: WRONGTYPE. */
export function readHash(call: Call): HashValue | undefined {
  return call.readCollection(1, HASH) as HashValue | undefined;
}

/** The hash of an entry; for 0 an empty one, which gets its key with `addHash` as soon as it has a field. */
export function hashOf(call: Call, entry: number): HashValue {
  return entry === 0 ? new HashValue(call.server.keyspace) : (call.db.collectionOf(entry) as HashValue);
}

export function addHash(call: Call, hash: HashValue): void {
  call.db.addCollection(call.source, call.start(1), call.end(1), hash);
}
