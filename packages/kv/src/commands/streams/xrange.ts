import type { Call, Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { StreamId } from '../../values/stream-id.js';
import { readEnd, readStart } from './id-argument.js';
import { readStream } from './stream-key.js';
import { replyRange } from './stream-reply.js';

const from = new StreamId();
const to = new StreamId();

export const xlen: Command = {
  name: 'xlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers how many entries a stream has.',
  complexity: 'O(1)',
  syntax: 'key',
  execute(call) {
    call.reply.integer(readStream(call)?.size ?? 0);
  },
};

export const xrange: Command = {
  name: 'xrange',
  arity: -4,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers the entries of a stream between two ids.',
  complexity: 'O(log N + M) for M of N entries',
  syntax: 'key start end [COUNT count]',
  execute(call) {
    readStart(call, 2, from);
    readEnd(call, 3, to);
    replyInterval(call, false);
  },
};

export const xrevrange: Command = {
  ...xrange,
  name: 'xrevrange',
  summary: 'Answers the entries of a stream between two ids, the last one first.',
  syntax: 'key end start [COUNT count]',
  execute(call) {
    readStart(call, 3, from);
    readEnd(call, 2, to);
    replyInterval(call, true);
  },
};

/** Answers the entries between `from` and `to`. */
function replyInterval(call: Call, reversed: boolean): void {
  const limit = readLimit(call);
  const stream = readStream(call);
  if (stream === undefined) call.reply.array(0);
  else if (limit === 0) call.reply.nilArray();
  else replyRange(call.reply, stream, from, to, reversed, limit);
}

/** How many entries are wanted at most. */
function readLimit(call: Call): number {
  let limit = Number.POSITIVE_INFINITY;
  for (let i = 4; i < call.count; i += 2) {
    if (i + 1 === call.count || !call.is(i, 'COUNT')) throw SYNTAX;
    limit = Math.max(0, call.integer(i + 1));
  }
  return limit;
}
