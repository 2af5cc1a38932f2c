import { addLongDoubles, formatLongDouble, isInfinite, parseLongDouble } from '../../bytes/long-double.js';
import { type Integer64, addIntegers, parseInteger64, writeInteger64 } from '../../bytes/integer.js';
import type { Call, Command } from '../../command/call.js';
import { NOT_AN_INTEGER, NOT_A_FLOAT, OVERFLOW, ReplyError } from '../../command/reply-error.js';
import { STRING, TEXT } from '../../store/meta.js';

/** Where the digits of a new value are written before they are stored. */
const digits = Buffer.alloc(32);

export const incr: Command = {
  name: 'incr',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Adds one to the integer at a key, which is 0 if there is none.',
  complexity: 'O(1)',
  syntax: 'key',
  execute: (call) => add(call, 1),
};

export const decr: Command = {
  ...incr,
  name: 'decr',
  summary: 'Takes one from the integer at a key, which is 0 if there is none.',
  execute: (call) => add(call, -1),
};

export const incrby: Command = {
  ...incr,
  name: 'incrby',
  arity: 3,
  summary: 'Adds to the integer at a key, which is 0 if there is none.',
  syntax: 'key increment',
  execute: (call) => add(call, call.integer64(2)),
};

export const decrby: Command = {
  ...incrby,
  name: 'decrby',
  summary: 'Takes from the integer at a key, which is 0 if there is none.',
  syntax: 'key decrement',
  execute(call) {
    const decrement = call.integer64(2);
    if (decrement === -(2n ** 63n)) throw new ReplyError('ERR decrement would overflow');
    add(call, -decrement);
  },
};

export const incrbyfloat: Command = {
  ...incrby,
  name: 'incrbyfloat',
  since: '2.6.0',
  summary: 'Adds to the floating-point number at a key, which is 0 if there is none.',
  execute(call) {
    const entry = call.findTyped(1, STRING);
    const old = entry === 0 ? undefined : call.db.stringOf(entry);
    const value = old === undefined ? parseLongDouble(ZERO, 0, 1) : parseLongDouble(old.buffer, old.start, old.end);
    const increment = parseLongDouble(call.source, call.start(2), call.end(2));
    if (value === undefined || increment === undefined) throw NOT_A_FLOAT;
    const sum = addLongDoubles(value, increment);
    if (sum === undefined || isInfinite(sum)) throw new ReplyError('ERR increment would produce NaN or Infinity');
    const text = Buffer.from(formatLongDouble(sum));
    call.db.mark(call.db.setString(call.source, call.start(1), call.end(1), text, 0, text.length, true), TEXT);
    call.changed(1, 'incrbyfloat', '$');
    if (call.isLogged) call.effect('SET', call.argument(1), text, 'KEEPTTL');
    call.reply.bulk(text);
  },
};

const ZERO = Buffer.from('0');

function add(call: Call, increment: Integer64): void {
  const { db } = call;
  const entry = call.findTyped(1, STRING);
  const sum = addIntegers(entry === 0 ? 0 : integerOf(call, entry), increment);
  if (Number.isNaN(sum)) throw OVERFLOW;
  const length = writeInteger64(sum, digits, 0);
  if (entry === 0) db.setString(call.source, call.start(1), call.end(1), digits, 0, length);
  else db.rewriteString(entry, digits, 0, length);
  call.changed(1, 'incrby', '$');
  call.reply.integer(sum);
}

function integerOf(call: Call, entry: number): Integer64 {
  const { buffer, start, end } = call.db.stringOf(entry);
  const value = parseInteger64(buffer, start, end);
  if (Number.isNaN(value)) throw NOT_AN_INTEGER;
  return value;
}
