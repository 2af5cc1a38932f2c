import type { Call, Command } from '../../command/call.js';
import { SET } from '../../store/meta.js';
import type { SetValue } from '../../values/set-value.js';
import { addSet, removeIfEmpty, setOf } from './set-key.js';

export const smove: Command = {
  name: 'smove',
  arity: 4,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 2, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Moves a member from one set to another, and answers whether it was there.',
  complexity: 'O(1)',
  syntax: 'source destination member',
  execute(call) {
    call.reply.integer(move(call) ? 1 : 0);
  },
};

function move(call: Call): boolean {
  // A source that is missing is the answer, whatever the destination is.
  if (call.find(1) === 0) return false;
  const from = call.findTyped(1, SET);
  const source = setOf(call, from);
  const to = call.findTyped(2, SET);
  const { source: bytes } = call;
  if (to === from) return source.has(bytes, call.start(3), call.end(3));
  if (!source.delete(bytes, call.start(3), call.end(3))) return false;
  const destination = setOf(call, to);
  call.changed(1, 'srem', 's');
  removeIfEmpty(call, from, source);
  addMember(call, to, destination);
  return true;
}

function addMember(call: Call, entry: number, set: SetValue): void {
  const isNew = set.add(call.source, call.start(3), call.end(3));
  if (entry === 0) addSet(call, 2, set);
  if (isNew) call.changed(2, 'sadd', 's');
}
