import type { Call } from './call.js';
import { ReplyError, SYNTAX } from './reply-error.js';

const MAX_COUNT = 2n ** 63n - 1n;
/** Where each element is answered with its value or score, the reply is twice as long. */
const MAX_PAIR_COUNT = MAX_COUNT / 2n;
/** As many elements as a reply may have. */
const MAX_ELEMENTS = 2 ** 31 - 1;
const OUTSIDE = new ReplyError(`ERR value is out of range, value must between -${MAX_COUNT} and ${MAX_COUNT}`);
const OUT_OF_RANGE = new ReplyError('ERR value is out of range');

/** How many elements by chance are asked for; if it is negative, the same one may come again. */
export interface RandomCount {
  readonly count: number;
  /** Whether each is to be answered with its value or score. */
  readonly withPairs: boolean;
}

/**
 * Reads `count` or `count WITHVALUES` from argument 2 on, the word being given in upper case. A negative count of more elements
 * than a reply may have, which Redis would set out to answer, is an error.
 */
export function randomCount(call: Call, pairWord = ''): RandomCount {
  const count = call.integer64(2);
  if (count < -MAX_COUNT) throw OUTSIDE;
  const withPairs = call.count > 3;
  if (call.count > 4 || (withPairs && !call.is(3, pairWord))) throw SYNTAX;
  if (withPairs && (count > MAX_PAIR_COUNT || count < -MAX_PAIR_COUNT)) throw OUT_OF_RANGE;
  if (count < -MAX_ELEMENTS) throw OUT_OF_RANGE;
  return { count: Number(count), withPairs };
}
