import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { ZSET } from '../../store/meta.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';
import { addToSortedSet } from './sorted-set-key.js';

const NOT_A_NUMBER = new ReplyError('ERR resulting score is not a number (NaN)');

/** Which members ZADD may touch, and how. */
export interface AddOptions {
  /** Only new members. */
  readonly nx: boolean;
  /** Only members that are there. */
  readonly xx: boolean;
  /** Scores may only grow, or only shrink. */
  readonly gt: boolean;
  readonly lt: boolean;
  /** Answer how many have changed, not how many are new. */
  readonly ch: boolean;
  /** The score is added to that of the one member. Its new score is the answer. */
  readonly incr: boolean;
}

/** The options where there are none, which is mostly. */
export const NO_OPTIONS: AddOptions = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };

/** What has become of the members of one command: one for all of them, as ZADD is hot. */
const tally = {
  added: 0,
  updated: 0,
  /** Of the last member; NaN if it was not to be touched. */
  score: Number.NaN,
};

/** Adds members to the sorted set at the key that is argument 1: for each score the member is `step` arguments behind the last one. */
export function addMembers(call: Call, options: AddOptions, scores: readonly number[], firstMember: number, step: number): void {
  const entry = call.findTyped(1, ZSET);
  tally.added = 0;
  tally.updated = 0;
  tally.score = Number.NaN;
  if (entry !== 0 || !options.xx) {
    addToSortedSet(call, entry, (zset) => {
      for (let i = 0; i < scores.length; i++) add(zset, call, firstMember + i * step, scores[i] as number, options);
    });
    if (tally.added + tally.updated > 0) call.changed(1, options.incr ? 'zincr' : 'zadd', 'z');
  }
  if (!options.incr) call.reply.integer(options.ch ? tally.added + tally.updated : tally.added);
  else if (Number.isNaN(tally.score)) call.reply.nil();
  else call.reply.double(tally.score);
}

function add(zset: SortedSetValue, { source, starts, ends }: Call, index: number, score: number, options: AddOptions): void {
  const start = starts[index] as number;
  const end = ends[index] as number;
  const wanted = options === NO_OPTIONS ? score : wantedScore(zset.score(source, start, end), score, options);
  tally.score = wanted;
  if (Number.isNaN(wanted)) return;
  const former = zset.set(source, start, end, wanted);
  if (Number.isNaN(former)) tally.added++;
  else if (former !== wanted) tally.updated++;
}

/** The score that a member is to have, or NaN if it is not to be touched. */
function wantedScore(former: number, score: number, { nx, xx, gt, lt, incr }: AddOptions): number {
  if (Number.isNaN(former)) return xx ? Number.NaN : score;
  if (nx) return Number.NaN;
  const wanted = incr ? former + score : score;
  if (Number.isNaN(wanted)) throw NOT_A_NUMBER;
  return (gt && wanted <= former) || (lt && wanted >= former) ? Number.NaN : wanted;
}
