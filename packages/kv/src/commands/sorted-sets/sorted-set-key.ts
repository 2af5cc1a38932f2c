import type { Call } from '../../command/call.js';
import { ZSET } from '../../store/meta.js';
import { SortedSetValue } from '../../values/sorted-set-value.js';

/** The sorted set at the key that is argument `index`, for a reader; undefined if there is none. Error: WRONGTYPE. */
export function readSortedSet(call: Call, index = 1): SortedSetValue | undefined {
  return call.readCollection(index, ZSET) as SortedSetValue | undefined;
}

/** The sorted set of an entry. */
export function sortedSetOf(call: Call, entry: number): SortedSetValue {
  return call.db.collectionOf(entry) as SortedSetValue;
}

/** Lets `change` add to the sorted set of an entry; for 0 to a new one at the key, which is argument 1. */
export function addToSortedSet(call: Call, entry: number, change: (zset: SortedSetValue) => void): void {
  if (entry === 0) call.addKey(1, new SortedSetValue(call.server.keyspace), change);
  else change(sortedSetOf(call, entry));
}

/** Removes some ranks of the sorted set of an entry, whose key is argument `index`. If they are all, the set is dropped as a whole. */
export function removeRanks(call: Call, index: number, entry: number, from: number, to: number, event: string): void {
  const zset = sortedSetOf(call, entry);
  const isAll = to - from === zset.size;
  if (isAll) call.db.remove(entry);
  else zset.removeRange(from, to);
  call.changed(index, event, 'z');
  if (isAll) call.changed(index, 'del', 'g');
  call.server.reclaim();
}
