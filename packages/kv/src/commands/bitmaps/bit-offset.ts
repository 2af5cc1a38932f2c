import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { parseInteger } from '../../bytes/integer.js';

const HASH_SIGN = 0x23;
const NO_OFFSET = new ReplyError('ERR bit offset is not an integer or out of range');

/**
 * The position of a bit that argument `index` names. Where there are fields, `#3` names the position of the fourth one of
 * `fieldBits` bits.
 */
export function bitOffset(call: Call, index: number, fieldBits = 0): number {
  const start = call.start(index);
  const counted = fieldBits > 0 && call.length(index) > 0 && call.source[start] === HASH_SIGN;
  const value = parseInteger(call.source, counted ? start + 1 : start, call.end(index));
  const offset = counted ? value * fieldBits : value;
  if (offset >= 0 && Math.floor(offset / 8) < call.server.settings.protoMaxBulkLen) return offset;
  throw NO_OFFSET;
}
