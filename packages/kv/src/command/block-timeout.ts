import type { Call } from './call.js';
import { ReplyError } from './reply-error.js';

const NOT_A_TIMEOUT = new ReplyError('ERR timeout is not a float or out of range');
const NEGATIVE = new ReplyError('ERR timeout is negative');
const OUT_OF_RANGE = new ReplyError('ERR timeout is out of range');
/** Where a number of milliseconds ends that has 64 bits. */
const MAX_MS = 2 ** 63;

/** The seconds that a client is willing to wait, which is argument `index`, in ms; 0 stands for ever. */
export function blockTimeout(call: Call, index: number): number {
  const ms = Math.ceil(call.double(index, NOT_A_TIMEOUT) * 1000);
  if (ms >= MAX_MS) throw OUT_OF_RANGE;
  if (ms < 0) throw NEGATIVE;
  if (ms > 0 && ms + call.server.keyspace.nowMs >= MAX_MS) throw OUT_OF_RANGE;
  return ms;
}
