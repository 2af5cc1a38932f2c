import type { Call } from './call.js';
import { ReplyError } from './reply-error.js';

const MAX_COUNT = 2n ** 63n - 1n;
const OUTSIDE = new ReplyError(`ERR value is out of range, value must between -${MAX_COUNT} and ${MAX_COUNT}`);
const OUT_OF_RANGE = new ReplyError('ERR value is out of range');

/**
 * How many elements by chance argument `index` asks for; if it is negative, the same one may come again. A negative count beyond 2^53,
 * which Redis would set out to answer, is an error. Error: out of range.
 */
export function randomCount(call: Call, index: number): number {
  const count = call.integer64(index);
  if (count < -MAX_COUNT) throw OUTSIDE;
  if (count < Number.MIN_SAFE_INTEGER) throw OUT_OF_RANGE;
  return Number(count);
}

/** The same where each element is answered with its value or score, which doubles the reply. */
export function randomPairCount(call: Call, index: number): number {
  const count = randomCount(call, index);
  // As a double, half of the maximum is the first number that is too much.
  if (count >= 2 ** 62) throw OUT_OF_RANGE;
  return count;
}
