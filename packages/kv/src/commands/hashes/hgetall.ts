import type { Command } from '../../command/call.js';
import { readHash } from './hash-key.js';

export const hgetall: Command = {
  name: 'hgetall',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers all fields of a hash with their values.',
  complexity: 'O(N) for a hash of N fields',
  syntax: 'key',
  execute(call) {
    const { reply } = call;
    const hash = readHash(call);
    reply.map(hash?.size ?? 0);
    hash?.forEach((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
      reply.bulk(buffer, fieldStart, fieldEnd);
      reply.bulk(buffer, valueStart, valueEnd);
    });
  },
};

export const hkeys: Command = {
  ...hgetall,
  name: 'hkeys',
  summary: 'Answers all fields of a hash.',
  execute(call) {
    const { reply } = call;
    const hash = readHash(call);
    reply.array(hash?.size ?? 0);
    hash?.forEach((buffer, start, end) => reply.bulk(buffer, start, end));
  },
};

export const hvals: Command = {
  ...hgetall,
  name: 'hvals',
  summary: 'Answers the values of all fields of a hash.',
  execute(call) {
    const { reply } = call;
    const hash = readHash(call);
    reply.array(hash?.size ?? 0);
    hash?.forEach((buffer, _fieldStart, _fieldEnd, start, end) => reply.bulk(buffer, start, end));
  },
};
