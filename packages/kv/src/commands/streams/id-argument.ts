import { type Integer64, narrowed, parseInteger64 } from '../../bytes/integer.js';
import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { MAX_ID, MIN_ID, StreamId } from '../../values/stream-id.js';

const INVALID_ID = new ReplyError('ERR Invalid stream ID specified as stream command argument');
const INVALID_START = new ReplyError('ERR invalid start ID for the interval');
const INVALID_END = new ReplyError('ERR invalid end ID for the interval');

/** A longer text is no id, whatever it says. */
const MAX_TEXT_BYTES = 127;
const DASH = 0x2d;
const STAR = 0x2a;
const PARENTHESIS = 0x28;

/** Reads the id that is argument `index`: the time, and the number after a dash or else `missingSeq`. */
export function readId(call: Call, index: number, target: StreamId, missingSeq: Integer64 = 0): StreamId {
  if (!parseId(call, index, target, missingSeq)) throw INVALID_ID;
  return target;
}

/** The id for a new entry, and whether it is one: of `123-*` only the time is given. */
export function readNewId(call: Call, index: number, target: StreamId): boolean {
  const { source } = call;
  const start = call.start(index);
  const dash = positionOf(source, DASH, start, call.end(index));
  const isWhole = dash + 2 !== call.end(index) || source[dash + 1] !== STAR;
  if (isWhole) readId(call, index, target);
  else target.set(parseUnsigned(source, start, dash), 0);
  if (Number.isNaN(target.ms)) throw INVALID_ID;
  return isWhole;
}

/** The ids that are arguments `from` to `to`. */
export function readIds(call: Call, from: number, to = call.count): StreamId[] {
  return Array.from({ length: to - from }, (_, i) => readId(call, from + i, new StreamId()));
}

/** The same for the begin of an interval: `-` and `+` are the first and the last id of all, and a parenthesis leaves the id itself out. */
export function readStart(call: Call, index: number, target: StreamId): StreamId {
  if (!isExclusive(call, index)) return readBound(call, index, target, 0);
  if (!parseId(call, index, target, 0, 1)) throw INVALID_ID;
  if (!target.increment()) throw INVALID_START;
  return target;
}

/** The same for its end. An id without a number means all of its time. */
export function readEnd(call: Call, index: number, target: StreamId): StreamId {
  if (!isExclusive(call, index)) return readBound(call, index, target, MAX_ID.seq);
  if (!parseId(call, index, target, MAX_ID.seq, 1)) throw INVALID_ID;
  if (!target.decrement()) throw INVALID_END;
  return target;
}

/** An id, or `-` or `+`. */
export function readBound(call: Call, index: number, target: StreamId, missingSeq: Integer64): StreamId {
  if (call.is(index, '-')) return target.copyFrom(MIN_ID);
  if (call.is(index, '+')) return target.copyFrom(MAX_ID);
  return readId(call, index, target, missingSeq);
}

/** Whether the argument, without its first `skipped` bytes, is an id; then `target` is this one. */
export function parseId(call: Call, index: number, target: StreamId, missingSeq: Integer64 = 0, skipped = 0): boolean {
  const start = call.start(index) + skipped;
  if (call.end(index) - start > MAX_TEXT_BYTES) return false;
  const end = positionOf(call.source, 0, start, call.end(index));
  const dash = positionOf(call.source, DASH, start, end);
  const ms = parseUnsigned(call.source, start, dash);
  const seq = dash === end ? missingSeq : parseUnsigned(call.source, dash + 1, end);
  if (Number.isNaN(ms) || Number.isNaN(seq)) return false;
  target.set(ms, seq);
  return true;
}

function isExclusive(call: Call, index: number): boolean {
  return call.length(index) > 1 && call.source[call.start(index)] === PARENTHESIS;
}

/** Where a byte is first, or else `end`. */
function positionOf(bytes: Buffer, byte: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}

/** An unsigned integer of 64 bits, or NaN. What is not written as Redis would write it is read as strtoull(3) reads it. */
function parseUnsigned(bytes: Buffer, start: number, end: number): Integer64 {
  const value = parseInteger64(bytes, start, end);
  if (!Number.isNaN(value)) return value < 0 ? Number.NaN : value;
  const [, sign, digits] = /^[\t-\r ]*([+-]?)(\d+)$/.exec(bytes.toString('latin1', start, end)) ?? [];
  if (digits === undefined) return Number.NaN;
  const magnitude = BigInt(digits);
  if (magnitude >= 2n ** 64n) return Number.NaN;
  return narrowed(sign === '-' ? BigInt.asUintN(64, -magnitude) : magnitude);
}
