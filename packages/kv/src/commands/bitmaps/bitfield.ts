import { type BitField, type Overflow, fieldValue, incrementedFieldValue, readField, writeField } from '../../bytes/bit-field.js';
import { type Integer64, parseInteger } from '../../bytes/integer.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { Slice } from '../../memory/slice.js';
import { STRING } from '../../store/meta.js';
import { bitOffset } from './bit-offset.js';
import { writableString } from './writable-string.js';

const SIGNED = 0x69;
const UNSIGNED = 0x75;
const NO_FIELD = new ReplyError('ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.');
const NO_OVERFLOW = new ReplyError('ERR Invalid OVERFLOW type specified');
const ONLY_GET = new ReplyError('ERR BITFIELD_RO only supports the GET subcommand');

/** One of the operations that a request lists. */
interface Operation {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly field: BitField;
  /** The new value, or what is to be added. */
  readonly operand: Integer64;
  readonly overflow: Overflow;
}

export const bitfield: Command = {
  name: 'bitfield',
  arity: -2,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '3.2.0',
  summary: 'Reads, sets and increments integers of some bits within the string at a key.',
  complexity: 'O(1) for each operation',
  syntax: 'key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]',
  execute(call) {
    const operations = readOperations(call);
    const bytes = operations.filter(isWriting).reduce((most, { field }) => Math.max(most, bytesUpTo(field)), 0);
    if (bytes === 0) return get(call, operations);
    const { string, hasGrown } = writableString(call, bytes);
    call.reply.array(operations.length);
    let changed = false;
    for (const operation of operations) changed = perform(call, string, operation, hasGrown) || changed;
    if (changed) call.changed(1, 'setbit', '$');
    // Where each operation would overflow, the string has grown all the same.
    else if (hasGrown && call.isLogged) call.effect(...call.arguments(0));
  },
};

export const bitfieldRo: Command = {
  ...bitfield,
  name: 'bitfield_ro',
  flags: ['readonly', 'fast'],
  since: '6.0.0',
  summary: 'Reads integers of some bits within the string at a key.',
  syntax: 'key [GET encoding offset [GET encoding offset ...]]',
  execute(call) {
    const operations = readOperations(call);
    if (operations.some(isWriting)) throw ONLY_GET;
    get(call, operations);
  },
};

/** How long a string must be to hold a field. */
function bytesUpTo({ position, bits }: BitField): number {
  return Math.floor((position + bits - 1) / 8) + 1;
}

function isWriting({ kind }: Operation): boolean {
  return kind !== 'get';
}

function get(call: Call, operations: readonly Operation[]): void {
  const entry = call.readTyped(1, STRING);
  call.reply.array(operations.length);
  for (const { field } of operations) {
    if (entry === 0) {
      call.reply.integer(0);
      continue;
    }
    const { buffer, start, end } = call.db.stringOf(entry);
    call.reply.integer(readField(buffer, start, end, field));
  }
}

/** Does one operation and answers it. Returns whether the string is another one. */
function perform(call: Call, { buffer, start, end }: Slice, { kind, field, operand, overflow }: Operation, hasGrown: boolean): boolean {
  const before = readField(buffer, start, end, field);
  if (kind === 'get') {
    call.reply.integer(before);
    return false;
  }
  const value = kind === 'set' ? fieldValue(field, operand, overflow) : incrementedFieldValue(field, before, operand, overflow);
  if (value === undefined) {
    call.reply.nil();
    return false;
  }
  writeField(buffer, start, field, value);
  call.reply.integer(kind === 'set' ? before : value);
  return hasGrown || before !== value;
}

/** All operations, before the first one is done. */
function readOperations(call: Call): Operation[] {
  const operations: Operation[] = [];
  let overflow: Overflow = 'wrap';
  for (let i = 2; i < call.count; ) {
    const left = call.count - i - 1;
    if (call.is(i, 'OVERFLOW') && left >= 1) {
      overflow = readOverflow(call, i + 1);
      i += 2;
    } else if (call.is(i, 'GET') && left >= 2) {
      operations.push({ kind: 'get', field: readPlace(call, i + 1), operand: 0, overflow });
      i += 3;
    } else if ((call.is(i, 'SET') || call.is(i, 'INCRBY')) && left >= 3) {
      operations.push({ kind: call.is(i, 'SET') ? 'set' : 'incrby', field: readPlace(call, i + 1), operand: call.integer64(i + 3), overflow });
      i += 4;
    } else throw SYNTAX;
  }
  return operations;
}

function readOverflow(call: Call, index: number): Overflow {
  if (call.is(index, 'WRAP')) return 'wrap';
  if (call.is(index, 'SAT')) return 'sat';
  if (call.is(index, 'FAIL')) return 'fail';
  throw NO_OVERFLOW;
}

/** The type of a field, as `u8` or `i64`, and its position behind it. */
function readPlace(call: Call, index: number): BitField {
  const letter = call.length(index) === 0 ? 0 : call.source[call.start(index)]!;
  if (letter !== SIGNED && letter !== UNSIGNED) throw NO_FIELD;
  const isSigned = letter === SIGNED;
  const bits = parseInteger(call.source, call.start(index) + 1, call.end(index));
  if (!(bits >= 1 && bits <= (isSigned ? 64 : 63))) throw NO_FIELD;
  return { isSigned, bits, position: bitOffset(call, index + 1, bits) };
}
