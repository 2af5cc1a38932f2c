import type { Command } from '../../command/call.js';
import { TYPE_NAMES } from '../../store/meta.js';

export const exists: Command = {
  name: 'exists',
  arity: -2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers how many of the keys there are; one that is named twice counts twice.',
  complexity: 'O(N) for N keys',
  syntax: 'key [key ...]',
  execute(call) {
    let count = 0;
    for (let i = 1; i < call.count; i++) {
      if (call.read(i) !== 0) count++;
    }
    call.reply.integer(count);
  },
};

export const touch: Command = {
  ...exists,
  name: 'touch',
  since: '3.2.1',
  summary: 'Notes a use of the keys, and answers how many of them there are.',
};

export const type: Command = {
  ...exists,
  name: 'type',
  arity: 2,
  keys: { first: 1, last: 1, step: 1 },
  summary: 'Answers what a key holds.',
  complexity: 'O(1)',
  syntax: 'key',
  execute(call) {
    const entry = call.peek(1);
    call.reply.status(entry === 0 ? 'none' : TYPE_NAMES[call.db.typeOf(entry)]);
  },
};
