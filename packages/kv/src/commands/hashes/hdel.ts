import type { Command } from '../../command/call.js';
import { removeIfEmpty } from '../../command/key-removal.js';
import { HASH } from '../../store/meta.js';
import { hashOf } from './hash-key.js';

export const hdel: Command = {
  name: 'hdel',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '2.0.0',
  summary: 'Removes fields of a hash, and the hash with the last of them; answers how many were there.',
  complexity: 'O(N) for N fields',
  syntax: 'key field [field ...]',
  execute(call) {
    const entry = call.findTyped(1, HASH);
    if (entry === 0) return call.reply.integer(0);
    const hash = hashOf(call, entry);
    let removed = 0;
    for (let i = 2; i < call.count; i++) {
      if (hash.delete(call.source, call.start(i), call.end(i))) removed++;
    }
    if (removed > 0) call.changed(1, 'hdel', 'h');
    removeIfEmpty(call, entry, hash);
    call.reply.integer(removed);
  },
};
