import type { Command } from '../../command/call.js';
import { readSet } from './set-key.js';

export const sismember: Command = {
  name: 'sismember',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Answers whether a set has a member.',
  complexity: 'O(1)',
  syntax: 'key member',
  execute(call) {
    call.reply.integer(readSet(call)?.has(call.source, call.start(2), call.end(2)) === true ? 1 : 0);
  },
};

export const smismember: Command = {
  ...sismember,
  name: 'smismember',
  arity: -3,
  since: '6.2.0',
  summary: 'Answers for each of some members whether a set has it.',
  complexity: 'O(N) for N members',
  syntax: 'key member [member ...]',
  execute(call) {
    const set = readSet(call);
    call.reply.array(call.count - 2);
    for (let i = 2; i < call.count; i++) call.reply.integer(set?.has(call.source, call.start(i), call.end(i)) === true ? 1 : 0);
  },
};

export const scard: Command = {
  ...sismember,
  name: 'scard',
  arity: 2,
  summary: 'Answers how many members a set has.',
  syntax: 'key',
  execute(call) {
    call.reply.integer(readSet(call)?.size ?? 0);
  },
};

export const smembers: Command = {
  ...scard,
  name: 'smembers',
  flags: ['readonly'],
  summary: 'Answers all members of a set.',
  complexity: 'O(N) for a set of N members',
  execute(call) {
    const { reply } = call;
    const set = readSet(call);
    reply.set(set?.size ?? 0);
    set?.forEach((buffer, start, end) => reply.bulk(buffer, start, end));
  },
};
