import type { Call } from '../../command/call.js';
import { HASH } from '../../store/meta.js';
import { HashValue } from '../../values/hash-value.js';

/** The hash at the key, which is argument 1, for a reader; undefined if there is none. Error: WRONGTYPE. */
export function readHash(call: Call): HashValue | undefined {
  return call.readCollection(1, HASH) as HashValue | undefined;
}

/** The hash of an entry. */
export function hashOf(call: Call, entry: number): HashValue {
  return call.db.collectionOf(entry) as HashValue;
}

/** Lets `change` add to the hash of an entry; for 0 to a new one at the key, which is argument 1. Returns what it returns. */
export function addToHash<Result>(call: Call, entry: number, change: (hash: HashValue) => Result): Result {
  return entry === 0 ? call.addKey(1, new HashValue(call.server.keyspace), change) : change(hashOf(call, entry));
}
