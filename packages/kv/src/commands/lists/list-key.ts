import type { Call } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { LIST } from '../../store/meta.js';
import { type ListEnd, ListValue } from '../../values/list-value.js';

/** The list at the key that is argument `index`, for a reader; undefined if there is none. Error: WRONGTYPE. */
export function readList(call: Call, index = 1): ListValue | undefined {
  return call.readCollection(index, LIST) as ListValue | undefined;
}

/** The list of an entry. */
export function listOf(call: Call, entry: number): ListValue {
  return call.db.collectionOf(entry) as ListValue;
}

/** Lets `change` add to the list of an entry; for 0 to a new one at the key that is argument `index`. Returns what it returns. */
export function addToList<Result>(call: Call, index: number, entry: number, change: (list: ListValue) => Result): Result {
  return entry === 0 ? call.addKey(index, new ListValue(call.server.keyspace), change) : change(listOf(call, entry));
}

/** The first of the keys that are arguments `first` to `last` that has a list, as its index; 0 if there is none. Error: WRONGTYPE. */
export function firstList(call: Call, first: number, last: number): number {
  for (let index = first; index <= last; index++) {
    if (call.isOffered(index) && call.findTyped(index, LIST) !== 0) return index;
  }
  return 0;
}

/** LEFT or RIGHT. Error: any other word. */
export function listEnd(call: Call, index: number): ListEnd {
  if (call.is(index, 'LEFT')) return 'head';
  if (call.is(index, 'RIGHT')) return 'tail';
  throw SYNTAX;
}

/** The word for an end, as `listEnd` reads it. */
export function endWord(end: ListEnd): string {
  return end === 'head' ? 'LEFT' : 'RIGHT';
}

export function pushEvent(end: ListEnd): string {
  return end === 'head' ? 'lpush' : 'rpush';
}

export function popEvent(end: ListEnd): string {
  return end === 'head' ? 'lpop' : 'rpop';
}

/** The index from the head that a client's index means, which is negative from the tail on. It may be outside the list. */
export function fromHead(index: number, size: number): number {
  return index < 0 ? index + size : index;
}
