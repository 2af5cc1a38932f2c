import { type BitOperation, combineBits, invertBits } from '../../bytes/bits.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { removeKey } from '../../command/key-removal.js';
import { RAW, STRING } from '../../store/meta.js';

const OPERATIONS: readonly (BitOperation | 'not')[] = ['and', 'or', 'xor', 'not'];
const ONE_SOURCE = new ReplyError('ERR BITOP NOT must be called with a single source key.');
const FIRST_SOURCE = 3;

export const bitop: Command = {
  name: 'bitop',
  arity: -4,
  flags: ['write', 'denyoom'],
  keys: { first: 2, last: -1, step: 1 },
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Combines strings bit by bit, sets a key to the result, and answers how many bytes that has.',
  complexity: 'O(N) for N bytes',
  syntax: '<AND | OR | XOR | NOT> destkey key [key ...]',
  execute(call) {
    const operation = OPERATIONS.find((name) => call.is(1, name.toUpperCase()));
    if (operation === undefined) throw SYNTAX;
    if (operation === 'not' && call.count > FIRST_SOURCE + 1) throw ONE_SOURCE;
    const sources = Array.from({ length: call.count - FIRST_SOURCE }, (_, i) => stringAt(call, FIRST_SOURCE + i));
    const result = operation === 'not' ? invertBits(sources[0]!) : combineBits(operation, sources);
    store(call, Buffer.from(result.buffer, result.byteOffset, result.length));
    call.reply.integer(result.length);
  },
};

/** The string's own bytes, in which nothing may be changed. */
function stringAt(call: Call, index: number): Uint8Array {
  const entry = call.readTyped(index, STRING);
  if (entry === 0) return new Uint8Array(0);
  const { buffer, start, end } = call.db.stringOf(entry);
  return buffer.subarray(start, end);
}

/** An empty result is none. */
function store(call: Call, result: Buffer): void {
  const { db } = call;
  if (result.length > 0) {
    db.mark(db.setString(call.source, call.start(2), call.end(2), result, 0, result.length), RAW);
    return call.changed(2, 'set', '$');
  }
  removeKey(call, 2);
}
