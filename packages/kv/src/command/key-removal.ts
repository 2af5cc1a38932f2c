import type { Call } from './call.js';

/** Removes the key that is argument `index`, whose entry this is. */
export function removeEntry(call: Call, index: number, entry: number): void {
  call.db.remove(entry);
  call.changed(index, 'del', 'g');
}

/** The same for a key that there may be. */
export function removeKey(call: Call, index: number): void {
  const entry = call.find(index);
  if (entry !== 0) removeEntry(call, index, entry);
}

/** Removes the key that is argument `index` if its collection has lost the last of its elements. */
export function removeIfEmpty(call: Call, entry: number, { size }: { readonly size: number }, index = 1): void {
  if (size === 0) removeEntry(call, index, entry);
}
