import type { Call } from '../../command/call.js';
import type { Slice } from '../../memory/slice.js';
import { RAW, STRING } from '../../store/meta.js';

/** The string at a key, to be changed in place before the next call. */
export interface WritableString {
  readonly string: Slice;
  /** Whether zeros were added to it, or it was not there at all. */
  readonly hasGrown: boolean;
}

/** The string at key 1, of at least so many bytes: those that it lacks are added as zeros. Error: WRONGTYPE. */
export function writableString(call: Call, bytes: number): WritableString {
  const { db } = call;
  const entry = call.findTyped(1, STRING);
  const oldBytes = entry === 0 ? 0 : db.stringOf(entry).length;
  const target = entry === 0 ? addZeros(call, bytes) : bytes > oldBytes ? db.resizeString(entry, bytes) : entry;
  db.mark(target, RAW);
  const string = db.stringOf(target);
  if (entry !== 0 && bytes > oldBytes) string.buffer.fill(0, string.start + oldBytes, string.end);
  return { string, hasGrown: entry === 0 || bytes > oldBytes };
}

/** Sets key 1 to so many zeros: in one step, as a key must not be left behind that has no memory for its bytes. */
export function addZeros(call: Call, bytes: number): number {
  return call.db.setString(call.source, call.start(1), call.end(1), Buffer.alloc(bytes), 0, bytes);
}
