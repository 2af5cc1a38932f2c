import { CorruptHyperLogLogError, HyperLogLog } from '../../algorithms/hyper-log-log.js';
import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { STRING } from '../../store/meta.js';

const NO_HYPER_LOG_LOG = new ReplyError('WRONGTYPE Key is not a valid HyperLogLog string value.');
const CORRUPT = new ReplyError('INVALIDOBJ Corrupted HLL object detected');

/** A copy of the HyperLogLog of an entry. Error: WRONGTYPE. */
export function hyperLogLogOf(call: Call, entry: number): HyperLogLog {
  const bytes = call.db.stringOf(entry).copy();
  if (!HyperLogLog.isHyperLogLog(bytes)) throw NO_HYPER_LOG_LOG;
  return new HyperLogLog(bytes);
}

/** The HyperLogLog of a key that is read; undefined if there is none. Error: WRONGTYPE. */
export function readHyperLogLog(call: Call, index: number): HyperLogLog | undefined {
  const entry = call.readTyped(index, STRING);
  return entry === 0 ? undefined : hyperLogLogOf(call, entry);
}

/** Sets a key to a HyperLogLog; its deadline stays. */
export function storeHyperLogLog(call: Call, index: number, { bytes }: HyperLogLog): void {
  const string = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  call.db.markRaw(call.db.setString(call.source, call.start(index), call.end(index), string, 0, string.length, true));
}

/** Does something with registers, and says it to the client where they turn out not to add up. */
export function checked<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw error instanceof CorruptHyperLogLogError ? CORRUPT : error;
  }
}
