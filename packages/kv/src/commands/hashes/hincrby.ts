import { addIntegers, parseInteger64, writeInteger64 } from '../../bytes/integer.js';
import { addLongDoubles, formatLongDouble, isInfinite, parseLongDouble } from '../../bytes/long-double.js';
import type { Call, Command } from '../../command/call.js';
import { NOT_A_FLOAT, OVERFLOW, ReplyError } from '../../command/reply-error.js';
import type { Slice } from '../../memory/slice.js';
import { HASH } from '../../store/meta.js';
import { addToHash, hashOf } from './hash-key.js';

const NO_INTEGER = new ReplyError('ERR hash value is not an integer');
const NO_FLOAT = new ReplyError('ERR hash value is not a float');
const INFINITE = new ReplyError('ERR value is NaN or Infinity');
const BECOMES_INFINITE = new ReplyError('ERR increment would produce NaN or Infinity');

/** What a field has before it is counted up for the first time. */
const ZERO = Buffer.from('0');
/** Room for the digits of an integer. */
const digits = Buffer.alloc(20);

export const hincrby: Command = {
  name: 'hincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '2.0.0',
  summary: 'Adds an integer to the value of a field of a hash, and answers the sum.',
  complexity: 'O(1)',
  syntax: 'key field increment',
  execute(call) {
    const increment = call.integer64(3);
    const entry = call.findTyped(1, HASH);
    const value = fieldOf(call, entry);
    const former = value === undefined ? 0 : parseInteger64(value.buffer, value.start, value.end);
    if (Number.isNaN(former)) throw NO_INTEGER;
    const sum = addIntegers(former, increment);
    if (Number.isNaN(sum)) throw OVERFLOW;
    setSum(call, entry, digits, writeInteger64(sum, digits, 0));
    call.changed(1, 'hincrby', 'h');
    call.reply.integer(sum);
  },
};

export const hincrbyfloat: Command = {
  ...hincrby,
  name: 'hincrbyfloat',
  since: '2.6.0',
  summary: 'Adds a floating-point number to the value of a field of a hash, and answers the sum.',
  execute(call) {
    const increment = parseLongDouble(call.source, call.start(3), call.end(3));
    if (increment === undefined) throw NOT_A_FLOAT;
    if (isInfinite(increment)) throw INFINITE;
    const entry = call.findTyped(1, HASH);
    const value = fieldOf(call, entry);
    const former = value === undefined ? parseLongDouble(ZERO, 0, 1) : parseLongDouble(value.buffer, value.start, value.end);
    if (former === undefined) throw NO_FLOAT;
    const sum = addLongDoubles(former, increment);
    if (sum === undefined || isInfinite(sum)) throw BECOMES_INFINITE;
    const text = Buffer.from(formatLongDouble(sum));
    setSum(call, entry, text, text.length);
    call.changed(1, 'hincrbyfloat', 'h');
    if (call.isLogged) call.effect('HSET', call.argument(1), call.argument(2), text);
    call.reply.bulk(text);
  },
};

/** The value of the field that is argument 2. */
function fieldOf(call: Call, entry: number): Slice | undefined {
  return entry === 0 ? undefined : hashOf(call, entry).get(call.source, call.start(2), call.end(2));
}

/** Sets the field that is argument 2 to `text[0, end)`. */
function setSum(call: Call, entry: number, text: Buffer, end: number): void {
  addToHash(call, entry, (hash) => hash.set(call.source, call.start(2), call.end(2), text, 0, end));
}
