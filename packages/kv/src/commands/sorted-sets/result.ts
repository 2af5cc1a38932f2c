import type { Call } from '../../command/call.js';
import { removeKey } from '../../command/key-removal.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';

/** Stores a sorted set at the key that is argument `index`, whatever was there, or removes that if the set is empty. Answers its size. */
export function storeSortedSet(call: Call, index: number, event: string, zset: SortedSetValue): void {
  const { size } = zset;
  if (size > 0) {
    call.db.setCollection(call.source, call.start(index), call.end(index), zset);
    call.changed(index, event, 'z');
  } else {
    zset.dispose(Number.POSITIVE_INFINITY);
    removeKey(call, index);
  }
  call.server.reclaim();
  call.reply.integer(size);
}
