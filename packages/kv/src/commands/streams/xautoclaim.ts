import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { StreamGroup } from '../../values/stream-group.js';
import { MIN_ID, StreamId } from '../../values/stream-id.js';
import type { StreamEntry } from '../../values/stream-node.js';
import type { StreamValue } from '../../values/stream-value.js';
import { logClaim, logForgotten } from './group-effects.js';
import { readStart } from './id-argument.js';
import { Claimant, readGroup } from './stream-key.js';
import { entryWriter, replyId } from './stream-reply.js';

const BAD_MIN_IDLE = new ReplyError('ERR Invalid min-idle-time argument for XAUTOCLAIM');
const BAD_COUNT = new ReplyError('ERR COUNT must be > 0');
const HIGH_COUNT = new ReplyError('ERR Insufficient memory, failed allocating transient memory, COUNT too high.');

const DEFAULT_COUNT = 100;
/** So many pending entries are looked at for each that is wanted. */
const ATTEMPTS = 10;
/** From here on Redis does not take a count. */
const COUNT_BOUND = 2 ** 59;
/** From here on Redis finds no memory for the ids that might be deleted. */
const MAX_COUNT = 2 ** 40;

const start = new StreamId();

export const xautoclaim: Command = {
  name: 'xautoclaim',
  arity: -6,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '6.2.0',
  summary: 'Gives entries that are pending for long enough to another consumer; answers them, where to go on, and which are deleted.',
  complexity: 'O(N) for a count of N',
  syntax: 'key group consumer min-idle-time start [COUNT count] [JUSTID]',
  execute(call) {
    const minIdleMs = Math.max(0, call.integer(4, BAD_MIN_IDLE));
    readStart(call, 5, start);
    const options = readOptions(call);
    const { stream, group } = readGroup(call);
    if (options.count > MAX_COUNT) throw HIGH_COUNT;
    const { claimed, deleted } = claimFrom(call, stream, group, minIdleMs, options);
    call.server.keyspace.dirty += claimed.length + deleted.length;
    logForgotten(call, 1, 2, deleted);
    logClaim(call, 1, 2, claimed, call.server.keyspace.nowMs, ...(options.isJustId ? ['JUSTID'] : []));
    reply(call, stream, claimed, deleted, options.isJustId);
  },
};

interface Options {
  readonly count: number;
  readonly isJustId: boolean;
}

function readOptions(call: Call): Options {
  let count = DEFAULT_COUNT;
  let isJustId = false;
  for (let i = 6; i < call.count; i++) {
    if (call.is(i, 'JUSTID')) isJustId = true;
    else if (call.is(i, 'COUNT') && i + 1 < call.count) count = readCount(call, ++i);
    else throw SYNTAX;
  }
  return { count, isJustId };
}

function readCount(call: Call, index: number): number {
  const count = call.integer64(index, BAD_COUNT);
  if (count < 1 || count > COUNT_BOUND) throw BAD_COUNT;
  return Number(count);
}

/** Gives entries from `start` on to the consumer that asks, and sets `start` to where to go on. */
function claimFrom(
  call: Call, stream: StreamValue, group: StreamGroup, minIdleMs: number, { count, isJustId }: Options,
): { readonly claimed: StreamId[]; readonly deleted: StreamId[] } {
  const { nowMs } = call.server.keyspace;
  const claimant = new Claimant(call, group);
  const claimed: StreamId[] = [];
  const deleted: StreamId[] = [];
  let attempts = count * ATTEMPTS;
  let more = group.pending.seek(start);
  for (; more && attempts > 0 && claimed.length + deleted.length < count; attempts--) {
    const id = group.pending.readId(new StreamId());
    if (stream.find(id) === undefined) {
      group.forget(id);
      deleted.push(id);
      more = group.pending.seek(id);
      continue;
    }
    if (minIdleMs === 0 || nowMs - group.pending.deliveredMs >= minIdleMs) {
      take(group, claimant, id, nowMs, isJustId);
      claimed.push(id);
    }
    more = group.pending.next();
  }
  if (more) group.pending.readId(start);
  else start.copyFrom(MIN_ID);
  return { claimed, deleted };
}

/** Gives the pending entry at the group's place to the claimant. */
function take(group: StreamGroup, claimant: Claimant, id: StreamId, nowMs: number, isJustId: boolean): void {
  group.assign(id, claimant.consumer);
  group.pending.deliveredMs = nowMs;
  if (!isJustId) group.countDelivery();
}

function reply(call: Call, stream: StreamValue, claimed: readonly StreamId[], deleted: readonly StreamId[], isJustId: boolean): void {
  const write = entryWriter(call.reply);
  call.reply.array(3);
  replyId(call.reply, start);
  call.reply.array(claimed.length);
  for (const id of claimed) {
    if (isJustId) replyId(call.reply, id);
    else write(stream.find(id) as StreamEntry);
  }
  call.reply.array(deleted.length);
  for (const id of deleted) replyId(call.reply, id);
}
