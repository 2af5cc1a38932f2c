import type { Call } from '../../command/call.js';
import { SET } from '../../store/meta.js';
import { SetValue } from '../../values/set-value.js';

/** The set at the key that is argument `index`, for a reader; undefined if there is none. Error: WRONGTYPE. */
export function readSet(call: Call, index = 1): SetValue | undefined {
  return call.readCollection(index, SET) as SetValue | undefined;
}

/** The sets at all keys from argument `first` on, up to `last`. Error: WRONGTYPE. */
export function readSets(call: Call, first: number, last = call.count - 1): (SetValue | undefined)[] {
  return Array.from({ length: last - first + 1 }, (_, i) => readSet(call, first + i));
}

/** The set of an entry. */
export function setOf(call: Call, entry: number): SetValue {
  return call.db.collectionOf(entry) as SetValue;
}

/** Lets `change` add to the set of an entry; for 0 to a new one at the key that is argument `index`. Returns what it returns. */
export function addToSet<Result>(call: Call, index: number, entry: number, change: (set: SetValue) => Result): Result {
  return entry === 0 ? call.addKey(index, new SetValue(call.server.keyspace), change) : change(setOf(call, entry));
}
