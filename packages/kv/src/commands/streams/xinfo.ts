import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { NO_SUCH_KEY } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import type { StreamGroup } from '../../values/stream-group.js';
import { MAX_ID, MIN_ID } from '../../values/stream-id.js';
import type { StreamValue } from '../../values/stream-value.js';
import { noSuchGroup, readStream } from './stream-key.js';
import { entryWriter, replyId, replyName } from './stream-reply.js';
import { replyFullInfo, replyGeneral, replyLag } from './xinfo-full.js';

/** Entries and pending ones that FULL shows. */
const DEFAULT_COUNT = 10;

const subcommand = {
  flags: ['readonly'],
  keys: { first: 2, last: 2, step: 1 },
  group: 'stream',
  since: '5.0.0',
  complexity: 'O(1)',
} as const;

const stream: Command = {
  ...subcommand,
  name: 'stream',
  arity: -3,
  summary: 'Tells of a stream; in full with its entries and groups.',
  syntax: 'key [FULL [COUNT count]]',
  execute(call) {
    const value = streamOf(call);
    if (call.count === 3) return replyInfo(call, value);
    const hasCount = call.count === 6 && call.is(4, 'COUNT');
    if (!call.is(3, 'FULL') || (call.count !== 4 && !hasCount)) throw wrongSubcommand(call);
    const count = hasCount ? call.integer(5) : DEFAULT_COUNT;
    replyFullInfo(call.reply, value, count < 0 ? DEFAULT_COUNT : count === 0 ? Number.POSITIVE_INFINITY : count);
  },
};

const groups: Command = {
  ...subcommand,
  name: 'groups',
  arity: 3,
  summary: 'Tells of the consumer groups of a stream.',
  syntax: 'key',
  execute(call) {
    const value = streamOf(call);
    call.reply.array(value.groupCount);
    for (const [name, group] of value.groups) replyGroup(call, value, name, group);
  },
};

const consumers: Command = {
  ...subcommand,
  name: 'consumers',
  arity: 4,
  summary: 'Tells of the consumers of a group.',
  syntax: 'key group',
  execute(call) {
    const { reply } = call;
    const group = streamOf(call).group(call.latin1(3));
    if (group === undefined) throw noSuchGroup(call, 2, 3);
    reply.array(group.consumerCount);
    for (const { name, pending, seenMs } of group.consumers) {
      reply.map(3);
      reply.text('name');
      replyName(reply, name);
      reply.text('pending');
      reply.integer(pending.size);
      reply.text('idle');
      reply.integer(Math.max(0, call.server.keyspace.nowMs - seenMs));
    }
  },
};

export const xinfo: Command = {
  name: 'xinfo',
  arity: -2,
  flags: [],
  group: 'stream',
  since: '5.0.0',
  summary: 'Tells of streams, groups and consumers.',
  syntax: '',
  subcommands: [consumers, groups, helpCommand('stream', '5.0.0'), stream],
  execute() {},
};

/** The stream at argument 2. */
function streamOf(call: Call): StreamValue {
  const value = readStream(call, 2);
  if (value === undefined) throw NO_SUCH_KEY;
  return value;
}

function replyInfo({ reply }: Call, value: StreamValue): void {
  reply.map(10);
  replyGeneral(reply, value);
  reply.text('groups');
  reply.integer(value.groupCount);
  reply.text('first-entry');
  if (value.range(MIN_ID, MAX_ID, false, 1, entryWriter(reply)) === 0) reply.nil();
  reply.text('last-entry');
  if (value.range(MIN_ID, MAX_ID, true, 1, entryWriter(reply)) === 0) reply.nil();
}

function replyGroup({ reply }: Call, value: StreamValue, name: string, group: StreamGroup): void {
  reply.map(6);
  reply.text('name');
  replyName(reply, name);
  reply.text('consumers');
  reply.integer(group.consumerCount);
  reply.text('pending');
  reply.integer(group.pending.size);
  reply.text('last-delivered-id');
  replyId(reply, group.lastId);
  replyLag(reply, value, group);
}
