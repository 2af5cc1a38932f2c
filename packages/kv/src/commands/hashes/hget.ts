import type { Call, Command } from '../../command/call.js';
import type { HashValue } from '../../values/hash-value.js';
import { readHash } from './hash-key.js';

export const hget: Command = {
  name: 'hget',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers the value of a field of a hash.',
  complexity: 'O(1)',
  syntax: 'key field',
  execute(call) {
    replyValue(call, readHash(call), 2);
  },
};

export const hmget: Command = {
  ...hget,
  name: 'hmget',
  arity: -3,
  summary: 'Answers the values of fields of a hash.',
  complexity: 'O(N) for N fields',
  syntax: 'key field [field ...]',
  execute(call) {
    const hash = readHash(call);
    call.reply.array(call.count - 2);
    for (let i = 2; i < call.count; i++) replyValue(call, hash, i);
  },
};

export const hstrlen: Command = {
  ...hget,
  name: 'hstrlen',
  since: '3.2.0',
  summary: 'Answers how long the value of a field of a hash is.',
  execute(call) {
    call.reply.integer(readHash(call)?.get(call.source, call.start(2), call.end(2))?.length ?? 0);
  },
};

export const hexists: Command = {
  ...hget,
  name: 'hexists',
  summary: 'Answers whether a hash has a field.',
  execute(call) {
    call.reply.integer(readHash(call)?.has(call.source, call.start(2), call.end(2)) === true ? 1 : 0);
  },
};

export const hlen: Command = {
  ...hget,
  name: 'hlen',
  arity: 2,
  summary: 'Answers how many fields a hash has.',
  syntax: 'key',
  execute(call) {
    call.reply.integer(readHash(call)?.size ?? 0);
  },
};

/** Answers the value of the field that is argument `index`. */
function replyValue({ source, starts, ends, reply }: Call, hash: HashValue | undefined, index: number): void {
  const value = hash?.get(source, starts[index] as number, ends[index] as number);
  if (value === undefined) reply.nil();
  else reply.bulk(value.buffer, value.start, value.end);
}
