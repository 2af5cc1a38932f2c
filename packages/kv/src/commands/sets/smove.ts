import type { Call, Command } from '../../command/call.js';
import { removeIfEmpty } from '../../command/key-removal.js';
import { SET } from '../../store/meta.js';
import { addToSet, setOf } from './set-key.js';

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
  const from = call.findTyped(1, SET);
  if (from === 0) return false;
  const source = setOf(call, from);
  const to = call.findTyped(2, SET);
  const { source: bytes } = call;
  const [start, end] = [call.start(3), call.end(3)];
  if (!source.has(bytes, start, end)) return false;
  if (to === from) return true;
  // It is added first, for that may fail.
  const isNew = addToSet(call, 2, to, (destination) => destination.add(bytes, start, end));
  source.delete(bytes, start, end);
  call.changed(1, 'srem', 's');
  removeIfEmpty(call, from, source);
  if (isNew) call.changed(2, 'sadd', 's');
  return true;
}
