import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { removeEntry, removeIfEmpty } from '../../command/key-removal.js';
import { Slice } from '../../memory/slice.js';
import { SET } from '../../store/meta.js';
import type { SetValue } from '../../values/set-value.js';
import { setOf } from './set-key.js';

const NOT_POSITIVE = new ReplyError('ERR value is out of range, must be positive');

export const spop: Command = {
  name: 'spop',
  arity: -2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Removes members of a set by chance, and answers them.',
  complexity: 'O(N) for N members that are removed',
  syntax: 'key [count]',
  execute(call) {
    if (call.count > 3) throw SYNTAX;
    if (call.count === 3) return popMany(call);
    const entry = call.findTyped(1, SET);
    if (entry === 0) return call.reply.nil();
    const set = setOf(call, entry);
    popOne(call, set);
    call.changed(1, 'spop', 's');
    removeIfEmpty(call, entry, set);
  },
};

function popMany(call: Call): void {
  const count = call.integer(2, NOT_POSITIVE);
  if (count < 0) throw NOT_POSITIVE;
  const entry = call.findTyped(1, SET);
  if (entry === 0 || count === 0) return call.reply.set(0);
  const set = setOf(call, entry);
  if (count >= set.size) return popAll(call, entry, set);
  call.reply.set(count);
  for (let i = 0; i < count; i++) popOne(call, set);
  call.changed(1, 'spop', 's');
}

/** Answers a member by chance, and removes it: what is logged is which one. */
function popOne(call: Call, set: SetValue): void {
  set.pop((buffer, start, end) => {
    call.reply.bulk(buffer, start, end);
    if (call.isLogged) call.effect('SREM', call.argument(1), new Slice().set(buffer, start, end));
  });
}

/** To drop the set as a whole is cheaper than to take out one member after the other. */
function popAll(call: Call, entry: number, set: SetValue): void {
  const { reply } = call;
  reply.set(set.size);
  set.forEach((buffer, start, end) => reply.bulk(buffer, start, end));
  call.changed(1, 'spop', 's');
  removeEntry(call, 1, entry);
  if (call.isLogged) call.effect('DEL', call.argument(1));
}
