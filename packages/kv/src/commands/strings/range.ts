import type { Call, Command } from '../../command/call.js';
import { ReplyError, TOO_LONG } from '../../command/reply-error.js';
import { copyBytes } from '../../memory/entry.js';
import { RAW, STRING } from '../../store/meta.js';
import { addZeros } from '../bitmaps/writable-string.js';

const OFFSET_OUT_OF_RANGE = new ReplyError('ERR offset is out of range');

export const append: Command = {
  name: 'append',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '2.0.0',
  summary: 'Appends bytes to the string at a key, which is empty if there is none.',
  complexity: 'O(1), amortized',
  syntax: 'key value',
  execute(call) {
    const entry = call.findTyped(1, STRING);
    const { db, source } = call;
    if (entry === 0) {
      db.setString(source, call.start(1), call.end(1), source, call.start(2), call.end(2));
      call.reply.integer(call.length(2));
    } else {
      const length = db.stringOf(entry).length;
      call.reply.integer(writeAt(call, entry, length, 2));
    }
    call.changed(1, 'append', '$');
  },
};

export const setrange: Command = {
  ...append,
  name: 'setrange',
  arity: 4,
  flags: ['write', 'denyoom'],
  since: '2.2.0',
  summary: 'Overwrites a part of the string at a key; what lies between is filled with zeros.',
  complexity: 'O(1), or O(N) to make the string N bytes longer',
  syntax: 'key offset value',
  execute(call) {
    const offset = call.integer(2);
    if (offset < 0) throw OFFSET_OUT_OF_RANGE;
    const entry = call.findTyped(1, STRING);
    if (call.length(3) === 0) return call.reply.integer(entry === 0 ? 0 : call.db.stringOf(entry).length);
    checkLength(call, offset + call.length(3));
    const target = entry === 0 ? addZeros(call, offset + call.length(3)) : entry;
    call.reply.integer(writeAt(call, target, offset, 3));
    call.changed(1, 'setrange', '$');
  },
};

export const getrange: Command = {
  ...append,
  name: 'getrange',
  arity: 4,
  flags: ['readonly'],
  since: '2.4.0',
  summary: 'Answers a part of the string at a key; negative offsets count from its end.',
  complexity: 'O(N) for N bytes of reply',
  syntax: 'key start end',
  execute(call) {
    const from = call.integer(2);
    const to = call.integer(3);
    const entry = call.readTyped(1, STRING);
    if (entry === 0) return call.reply.bulk(NOTHING);
    const { buffer, start, length } = call.db.stringOf(entry);
    const first = fromEnd(from, length);
    const last = Math.min(fromEnd(to, length), length - 1);
    if ((from < 0 && to < 0 && from > to) || first > last || length === 0) call.reply.bulk(NOTHING);
    else call.reply.bulk(buffer, start + first, start + last + 1);
  },
};

export const substr: Command = { ...getrange, name: 'substr', since: '1.0.0', summary: 'An older name of GETRANGE.' };

/** Writes an argument into a string, which grows if it must, and returns the length then. */
function writeAt(call: Call, entry: number, offset: number, index: number): number {
  const { db } = call;
  const oldLength = db.stringOf(entry).length;
  const length = Math.max(oldLength, offset + call.length(index));
  checkLength(call, length);
  const target = length > oldLength ? db.resizeString(entry, length) : entry;
  db.mark(target, RAW);
  const { buffer, start } = db.stringOf(target);
  if (offset > oldLength) buffer.fill(0, start + oldLength, start + offset);
  copyBytes(call.source, call.start(index), buffer, start + offset, call.length(index));
  return length;
}

function checkLength(call: Call, length: number): void {
  if (length > call.server.settings.protoMaxBulkLen) throw TOO_LONG;
}

function fromEnd(offset: number, length: number): number {
  return offset < 0 ? Math.max(0, length + offset) : offset;
}

const NOTHING = Buffer.alloc(0);
