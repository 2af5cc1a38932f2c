import type { Call } from '../../command/call.js';
import { removeKey } from '../../command/key-removal.js';
import { filled } from '../../values/filled.js';
import { type MemberVisitor, SetValue } from '../../values/set-value.js';

/** Members that are looked at before it is asked whether they suffice. */
const SLICE = 1024;

/** Visits what is in all of the sets, up to `limit` members, and returns how many these are. A set that is missing is empty. */
export function intersection(sets: readonly (SetValue | undefined)[], visit: MemberVisitor, limit = Number.POSITIVE_INFINITY): number {
  if (sets.includes(undefined)) return 0;
  const [smallest, ...others] = (sets as SetValue[]).toSorted((one, other) => one.size - other.size) as [SetValue];
  let found = 0;
  const visitCommon: MemberVisitor = (buffer, start, end) => {
    if (found === limit || !isInAll(others, buffer, start, end)) return;
    found++;
    visit(buffer, start, end);
  };
  for (let cursor = smallest.scan(0, SLICE, visitCommon); cursor !== 0; cursor = smallest.scan(cursor, SLICE, visitCommon)) {
    if (found === limit) break;
  }
  return found;
}

/** Visits what is in the first of the sets and in none of the others, and returns how many members these are. */
export function difference([first, ...rest]: readonly (SetValue | undefined)[], visit: MemberVisitor): number {
  // In the largest of the others a member is most likely found.
  const others = rest.filter((set) => set !== undefined).toSorted((one, other) => other.size - one.size);
  let found = 0;
  first?.forEach((buffer, start, end) => {
    if (isInAny(others, buffer, start, end)) return;
    found++;
    visit(buffer, start, end);
  });
  return found;
}

/** A new set of the members that `visitAll` visits. Error: OutOfMemory. */
export function collected(call: Call, visitAll: (visit: MemberVisitor) => void): SetValue {
  return filled(new SetValue(call.server.keyspace), (set) => visitAll((buffer, start, end) => set.add(buffer, start, end)));
}

/** A new set with what is in any of the sets. */
export function union(call: Call, sets: readonly (SetValue | undefined)[]): SetValue {
  return collected(call, (visit) => sets.forEach((set) => set?.forEach(visit)));
}

/** Answers the members that `visitAll` visits; it returns how many there are. */
export function replyMembers({ reply }: Call, visitAll: (visit: MemberVisitor) => number): void {
  const at = reply.beginDeferred();
  const count = visitAll((buffer, start, end) => reply.bulk(buffer, start, end));
  reply.endDeferred(at, 'set', count);
}

/** Stores a set at the key that is argument 1, whatever was there, or removes that if the set is empty. Answers its size. */
export function storeSet(call: Call, event: string, set: SetValue): void {
  const { size } = set;
  if (size > 0) {
    call.db.setCollection(call.source, call.start(1), call.end(1), set);
    call.changed(1, event, 's');
  } else {
    discard(call, set);
    removeKey(call, 1);
  }
  call.reply.integer(size);
}

/** Gives back a set that has not got a key. */
export function discard(call: Call, set: SetValue): void {
  call.server.keyspace.collections.condemn(set);
}

function isInAll(sets: readonly SetValue[], buffer: Buffer, start: number, end: number): boolean {
  for (const set of sets) {
    if (!set.has(buffer, start, end)) return false;
  }
  return true;
}

function isInAny(sets: readonly SetValue[], buffer: Buffer, start: number, end: number): boolean {
  for (const set of sets) {
    if (set.has(buffer, start, end)) return true;
  }
  return false;
}
