import type { Call, Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import type { StreamGroup } from '../../values/stream-group.js';
import { MIN_ID, StreamId } from '../../values/stream-id.js';
import { readEnd, readStart } from './id-argument.js';
import { readGroup } from './stream-key.js';
import { replyId, replyMany, replyName } from './stream-reply.js';

const from = new StreamId();
const to = new StreamId();
const id = new StreamId();

export const xpending: Command = {
  name: 'xpending',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers what is pending in a consumer group: how much and for whom, or entry by entry.',
  complexity: 'O(log N + M) for M of N pending entries',
  syntax: 'key group [[IDLE min-idle-time] start end count [consumer]]',
  execute(call) {
    if (call.count === 3) return replySummary(call, readGroup(call).group);
    if (call.count < 6 || call.count > 9) throw SYNTAX;
    const filter = readFilter(call);
    const { group } = readGroup(call);
    if (filter.consumer !== undefined && group.consumer(filter.consumer) === undefined) return call.reply.array(0);
    replyMany(call.reply, 'array', () => writePending(call, group, filter));
  },
};

/** Which pending entries between `from` and `to` are wanted. */
interface Filter {
  readonly minIdleMs: number;
  readonly limit: number;
  readonly consumer: string | undefined;
}

function readFilter(call: Call): Filter {
  const hasIdle = call.is(3, 'IDLE');
  const minIdleMs = hasIdle ? call.integer(4) : 0;
  if (hasIdle && call.count < 8) throw SYNTAX;
  const first = hasIdle ? 5 : 3;
  const limit = call.integer(first + 2);
  readStart(call, first, from);
  readEnd(call, first + 1, to);
  return { minIdleMs, limit, consumer: first + 3 < call.count ? call.latin1(first + 3) : undefined };
}

function replySummary({ reply }: Call, group: StreamGroup): void {
  const { pending } = group;
  reply.array(4);
  reply.integer(pending.size);
  if (pending.size === 0) {
    reply.nil();
    reply.nil();
    return reply.nilArray();
  }
  pending.seek(MIN_ID);
  replyId(reply, pending.readId(id));
  pending.seekLast();
  replyId(reply, pending.readId(id));
  const busy = group.consumers.filter((consumer) => consumer.pending.size > 0);
  reply.array(busy.length);
  for (const consumer of busy) {
    reply.array(2);
    replyName(reply, consumer.name);
    reply.bulkInteger(consumer.pending.size);
  }
}

/** Writes pending entries, and returns how many. */
function writePending(call: Call, group: StreamGroup, { minIdleMs, limit, consumer }: Filter): number {
  const { pending } = group;
  const { nowMs } = call.server.keyspace;
  const table = consumer === undefined ? pending : (group.consumer(consumer)?.pending ?? pending);
  let count = 0;
  for (let more = table.seek(from); more && count < limit && table.readId(id).compare(to) <= 0; more = table.next()) {
    if (table !== pending) pending.find(id);
    const idleMs = nowMs - pending.deliveredMs;
    if (minIdleMs !== 0 && idleMs < minIdleMs) continue;
    call.reply.array(4);
    replyId(call.reply, id);
    replyName(call.reply, group.owner.name);
    call.reply.integer(Math.max(0, idleMs));
    call.reply.integer(pending.deliveries);
    count++;
  }
  return count;
}
