import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { STRING } from '../../store/meta.js';
import { bitOffset } from './bit-offset.js';
import { writableString } from './writable-string.js';

const NO_BIT = new ReplyError('ERR bit is not an integer or out of range');

export const setbit: Command = {
  name: 'setbit',
  arity: 4,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Sets or clears a bit of the string at a key, which grows if it must, and answers what the bit was.',
  complexity: 'O(1), or O(N) to make the string N bytes longer',
  syntax: 'key offset value',
  execute(call) {
    const offset = bitOffset(call, 2);
    const bit = call.integer(3, NO_BIT);
    if (bit !== 0 && bit !== 1) throw NO_BIT;
    const byte = Math.floor(offset / 8);
    const { string, hasGrown } = writableString(call, byte + 1);
    const { buffer, start } = string;
    const shift = 7 - (offset % 8);
    const before = (buffer[start + byte]! >> shift) & 1;
    buffer[start + byte]! ^= (before ^ bit) << shift;
    if (hasGrown || before !== bit) call.changed(1, 'setbit', '$');
    call.reply.integer(before);
  },
};

export const getbit: Command = {
  name: 'getbit',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Answers a bit of the string at a key; behind its end there are zeros.',
  complexity: 'O(1)',
  syntax: 'key offset',
  execute(call) {
    const offset = bitOffset(call, 2);
    const entry = call.readTyped(1, STRING);
    if (entry === 0) return call.reply.integer(0);
    const { buffer, start, end } = call.db.stringOf(entry);
    const at = start + Math.floor(offset / 8);
    call.reply.integer(at < end ? (buffer[at]! >> (7 - (offset % 8))) & 1 : 0);
  },
};
