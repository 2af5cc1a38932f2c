import { CorruptHyperLogLogError, HyperLogLog } from '../../algorithms/hyper-log-log.js';
import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import type { Slice } from '../../memory/slice.js';
import { RAW, STRING } from '../../store/meta.js';

const NO_HYPER_LOG_LOG = new ReplyError('WRONGTYPE Key is not a valid HyperLogLog string value.');
const CORRUPT = new ReplyError('INVALIDOBJ Corrupted HLL object detected');

/**
 * The HyperLogLog of an entry. A dense one is that of the entry itself, as its 12 kB take longer to copy than to change; a sparse one is a
 * copy, which may turn out to be corrupt only when something was added. Error: WRONGTYPE.
 */
export function hyperLogLogOf(call: Call, entry: number): HyperLogLog {
  const { buffer, start, end } = call.db.stringOf(entry);
  const bytes = buffer.subarray(start, end);
  if (!HyperLogLog.isHyperLogLog(bytes)) throw NO_HYPER_LOG_LOG;
  const log = new HyperLogLog(bytes);
  return log.isDense ? log : new HyperLogLog(Buffer.from(bytes));
}

/** The HyperLogLog of a key that is read; undefined if there is none. Error: WRONGTYPE. */
export function readHyperLogLog(call: Call, index: number): HyperLogLog | undefined {
  const entry = call.readTyped(index, STRING);
  return entry === 0 ? undefined : hyperLogLogOf(call, entry);
}

/** Sets a key to a HyperLogLog, unless it was changed where it is; its deadline stays. */
export function storeHyperLogLog(call: Call, index: number, { bytes }: HyperLogLog): void {
  const { db } = call;
  const old = call.find(index);
  if (old !== 0 && isAt(db.stringOf(old), bytes)) return db.mark(old, RAW);
  const string = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  db.mark(db.setString(call.source, call.start(index), call.end(index), string, 0, string.length, true), RAW);
}

function isAt({ buffer, start }: Slice, bytes: Uint8Array): boolean {
  return bytes.buffer === buffer.buffer && bytes.byteOffset === buffer.byteOffset + start;
}

/** Does something with registers, and says it to the client where they turn out not to add up. */
export function checked<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw error instanceof CorruptHyperLogLogError ? CORRUPT : error;
  }
}
