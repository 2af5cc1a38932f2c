import type { Command } from '../../command/call.js';
import { removeEntry } from '../../command/key-removal.js';

export const del: Command = {
  name: 'del',
  arity: -2,
  flags: ['write'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'generic',
  since: '1.0.0',
  summary: 'Removes keys.',
  complexity: 'O(N) for N keys; what a large collection took is given back in slices.',
  syntax: 'key [key ...]',
  execute(call) {
    let removed = 0;
    for (let i = 1; i < call.count; i++) {
      const entry = call.find(i);
      if (entry === 0) continue;
      removeEntry(call, i, entry);
      removed++;
    }
    call.server.reclaim();
    call.reply.integer(removed);
  },
};

export const unlink: Command = {
  ...del,
  name: 'unlink',
  flags: ['write', 'fast'],
  since: '4.0.0',
  summary: 'Removes keys, as DEL does.',
};
