import type { Call } from '../../command/call.js';
import { WRONG_TYPE } from '../../command/reply-error.js';
import { SET, ZSET } from '../../store/meta.js';
import type { SetValue } from '../../values/set-value.js';
import { scoreOf, type SortedSetValue } from '../../values/sorted-set-value.js';

/** Is shown members with their scores. */
export type ScoredVisitor = (buffer: Buffer, start: number, end: number, score: number) => void;

/** What sets are combined from: members with scores. The members of a plain set have the score 1. */
export interface ScoredSource {
  readonly size: number;
  /** NaN if it is not there. */
  score(member: Buffer, start: number, end: number): number;
  forEach(visit: ScoredVisitor): void;
}

const NOTHING: ScoredSource = {
  size: 0,
  score: () => Number.NaN,
  forEach() {},
};

/** The source at the key that is argument `index`; an empty one if there is none. Error: WRONGTYPE. */
export function readSource(call: Call, index: number): ScoredSource {
  const entry = call.read(index);
  if (entry === 0) return NOTHING;
  const type = call.db.typeOf(entry);
  const collection = type === ZSET || type === SET ? call.db.collectionOf(entry) : undefined;
  if (collection === undefined) throw WRONG_TYPE;
  return type === ZSET ? sortedSource(collection as SortedSetValue) : plainSource(collection as SetValue);
}

function sortedSource(zset: SortedSetValue): ScoredSource {
  return {
    size: zset.size,
    score: (member, start, end) => zset.score(member, start, end),
    forEach: (visit) => {
      zset.range(0, zset.size, false, (buffer, start, end, scoreStart) => visit(buffer, start, end, scoreOf(buffer, scoreStart)));
    },
  };
}

function plainSource(set: SetValue): ScoredSource {
  return {
    size: set.size,
    score: (member, start, end) => (set.has(member, start, end) ? 1 : Number.NaN),
    forEach: (visit) => set.forEach((buffer, start, end) => visit(buffer, start, end, 1)),
  };
}
