import type { Call, Command } from '../../command/call.js';
import { removeIfEmpty } from '../../command/key-removal.js';
import { SET } from '../../store/meta.js';
import type { SetValue } from '../../values/set-value.js';
import { addToSet, setOf } from './set-key.js';

export const sadd: Command = {
  name: 'sadd',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Adds members to a set, and answers how many of them are new.',
  complexity: 'O(N) for N members',
  syntax: 'key member [member ...]',
  execute(call) {
    const entry = call.findTyped(1, SET);
    const added = addToSet(call, 1, entry, (set) => addMembers(call, set));
    if (added > 0) call.changed(1, 'sadd', 's');
    call.reply.integer(added);
  },
};

export const srem: Command = {
  ...sadd,
  name: 'srem',
  flags: ['write', 'fast'],
  summary: 'Removes members of a set, and the set with the last of them; answers how many were there.',
  execute(call) {
    const entry = call.findTyped(1, SET);
    if (entry === 0) return call.reply.integer(0);
    const set = setOf(call, entry);
    let removed = 0;
    for (let i = 2; i < call.count; i++) {
      if (set.delete(call.source, call.start(i), call.end(i))) removed++;
    }
    if (removed > 0) call.changed(1, 'srem', 's');
    removeIfEmpty(call, entry, set);
    call.reply.integer(removed);
  },
};

/** Returns how many are new. */
function addMembers(call: Call, set: SetValue): number {
  let added = 0;
  for (let i = 2; i < call.count; i++) {
    if (set.add(call.source, call.start(i), call.end(i))) added++;
  }
  return added;
}
