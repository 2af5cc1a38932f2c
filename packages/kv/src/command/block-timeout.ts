import { parseDouble } from '../bytes/double.js';
import { parseLongDouble } from '../bytes/long-double.js';
import type { Call } from './call.js';
import { ReplyError } from './reply-error.js';

const NOT_A_TIMEOUT = new ReplyError('ERR timeout is not a float or out of range');
const NEGATIVE = new ReplyError('ERR timeout is negative');
/** Where a number of milliseconds ends that has 64 bits: Redis takes what is beyond for negative. */
const MAX_MS = 2 ** 63;

/** The seconds that a client is willing to wait, which is argument `index`, in ms; 0 stands for ever. */
export function blockTimeout(call: Call, index: number): number {
  const ms = Math.ceil(seconds(call, index) * 1000);
  if (ms >= MAX_MS || ms < 0) throw NEGATIVE;
  return ms;
}

/** What C's long double holds and a double does not is as good as infinite, or as nothing. */
function seconds(call: Call, index: number): number {
  const value = parseDouble(call.source, call.start(index), call.end(index));
  if (!Number.isNaN(value)) return value;
  const long = parseLongDouble(call.source, call.start(index), call.end(index));
  if (long === undefined) throw NOT_A_TIMEOUT;
  return Number(long.significand) * (long.exponent > 0 ? Number.POSITIVE_INFINITY : Number.MIN_VALUE);
}
