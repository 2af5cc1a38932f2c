import { countBits, findBit } from '../../bytes/bits.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { STRING } from '../../store/meta.js';

const NO_BIT = new ReplyError('ERR The bit argument must be 1 or 0.');

/** Bits of a string, from `from` on, to before `to`. */
interface BitRange {
  readonly from: number;
  readonly to: number;
}

export const bitcount: Command = {
  name: 'bitcount',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Answers how many bits are set in the string at a key, or in a part of it.',
  complexity: 'O(N) for N bytes',
  syntax: 'key [start end [BYTE | BIT]]',
  execute(call) {
    const entry = call.readTyped(1, STRING);
    if (entry === 0) return call.reply.integer(0);
    const { buffer, start, length } = call.db.stringOf(entry);
    const { from, to } = countedRange(call, length);
    call.reply.integer(countBits(buffer, start * 8 + from, start * 8 + to));
  },
};

export const bitpos: Command = {
  ...bitcount,
  name: 'bitpos',
  arity: -3,
  since: '2.8.7',
  summary: 'Answers where the first bit is that is 0 or 1, in the string at a key or in a part of it; -1 if there is none.',
  syntax: 'key bit [start [end [BYTE | BIT]]]',
  execute(call) {
    const bit = call.integer(2);
    if (bit !== 0 && bit !== 1) throw NO_BIT;
    const entry = call.readTyped(1, STRING);
    if (entry === 0) return call.reply.integer(bit === 1 ? -1 : 0);
    const { buffer, start, length } = call.db.stringOf(entry);
    const { from, to } = searchedRange(call, length);
    const found = findBit(buffer, bit, start * 8 + from, start * 8 + to);
    if (found >= 0) call.reply.integer(found - start * 8);
    // Without an end, zeros follow the string.
    else call.reply.integer(bit === 0 && call.count < 5 && from < to ? to : -1);
  },
};

function countedRange(call: Call, bytes: number): BitRange {
  if (call.count === 2) return { from: 0, to: bytes * 8 };
  if (call.count !== 4 && call.count !== 5) throw SYNTAX;
  const start = call.integer(2);
  const end = call.integer(3);
  if (start < 0 && end < 0 && start > end) return { from: 0, to: 0 };
  return bitRange(start, end, bytes, call.count === 5 && readUnit(call, 4));
}

function searchedRange(call: Call, bytes: number): BitRange {
  if (call.count > 6) throw SYNTAX;
  const start = call.count > 3 ? call.integer(3) : 0;
  const inBits = call.count === 6 && readUnit(call, 5);
  const end = call.count > 4 ? call.integer(4) : -1;
  return bitRange(start, end, bytes, inBits);
}

/** Whether a range is in bits, and not in bytes. */
function readUnit(call: Call, index: number): boolean {
  if (call.is(index, 'BIT')) return true;
  if (call.is(index, 'BYTE')) return false;
  throw SYNTAX;
}

/** What lies from `start` to `end`, both included, either of which counts from the end if it is negative. */
function bitRange(start: number, end: number, bytes: number, inBits: boolean): BitRange {
  const unit = inBits ? 1 : 8;
  const length = (bytes * 8) / unit;
  const first = start < 0 ? Math.max(0, length + start) : start;
  const last = Math.min(end < 0 ? Math.max(0, length + end) : end, length - 1);
  return first > last ? { from: 0, to: 0 } : { from: first * unit, to: (last + 1) * unit };
}
