import type { Call } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { ZSET } from '../../store/meta.js';
import type { ScoreVisitor } from '../../values/sorted-set-value.js';
import { pairWriter } from './member-reply.js';
import { removeRanks, sortedSetOf } from './sorted-set-key.js';

const NO_KEYS = new ReplyError('ERR numkeys should be greater than 0');
const NO_COUNT = new ReplyError('ERR count should be greater than 0');

/** Which end of a sorted set to take members from. */
export type End = 'min' | 'max';

/** What ZMPOP is asked for. */
export interface PopRequest {
  /** The indexes of the arguments that are keys. */
  readonly keys: readonly number[];
  readonly end: End;
  readonly count: number;
}

/** Removes up to `count` members from an end of the sorted set of an entry, having shown them. */
export function pop(call: Call, index: number, entry: number, end: End, count: number, visit: ScoreVisitor): void {
  const zset = sortedSetOf(call, entry);
  const { size } = zset;
  const popped = Math.min(count, size);
  if (call.isLogged) call.effect(end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX', call.argument(index), popped);
  zset.range(0, popped, end === 'max', visit);
  if (end === 'min') removeRanks(call, index, entry, 0, popped, 'zpopmin');
  else removeRanks(call, index, entry, size - popped, size, 'zpopmax');
}

/**
 * The first of some keys that has a sorted set, as the index of its argument; 0 if there is none. Error: WRONGTYPE, if a key
 * before it is of another type.
 */
export function firstSortedSet(call: Call, keys: readonly number[]): number {
  for (const index of keys) {
    if (call.isOffered(index) && call.findTyped(index, ZSET) !== 0) return index;
  }
  return 0;
}

/** Reads `numkeys key [key ...] MIN | MAX [COUNT count]` from argument `first` on. */
export function readPopRequest(call: Call, first: number): PopRequest {
  const keyCount = call.integer(first, NO_KEYS);
  if (keyCount < 1) throw NO_KEYS;
  const at = first + keyCount + 1;
  if (at >= call.count) throw SYNTAX;
  const end = readEnd(call, at);
  const keys = Array.from({ length: keyCount }, (_, i) => first + 1 + i);
  return { keys, end, count: readCount(call, at + 1) };
}

/** Answers what is popped from the first key that has something, with the key; returns whether there was one. */
export function popFirst(call: Call, { keys, end, count }: PopRequest): boolean {
  const index = firstSortedSet(call, keys);
  if (index === 0) return false;
  const { reply } = call;
  const entry = call.find(index);
  reply.array(2);
  reply.bulk(call.source, call.start(index), call.end(index));
  reply.array(Math.min(count, sortedSetOf(call, entry).size));
  pop(call, index, entry, end, count, pairWriter(call));
  return true;
}

function readEnd(call: Call, index: number): End {
  if (call.is(index, 'MIN')) return 'min';
  if (call.is(index, 'MAX')) return 'max';
  throw SYNTAX;
}

/** The count behind the word COUNT, which may stand there once; 1 without it. */
function readCount(call: Call, from: number): number {
  if (from === call.count) return 1;
  if (!call.is(from, 'COUNT') || from + 1 === call.count) throw SYNTAX;
  const count = call.integer(from + 1, NO_COUNT);
  if (count < 1) throw NO_COUNT;
  if (from + 2 < call.count) throw SYNTAX;
  return count;
}
