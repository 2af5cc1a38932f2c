import type { ReplyWriter } from '../../protocol/reply-writer.js';
import type { IdTable } from '../../values/id-table.js';
import type { StreamConsumer, StreamGroup } from '../../values/stream-group.js';
import { MAX_ID, MIN_ID, StreamId } from '../../values/stream-id.js';
import type { StreamValue } from '../../values/stream-value.js';
import { replyId, replyName, replyRange } from './stream-reply.js';

const id = new StreamId();

/** All that is known of a stream, with at most `limit` entries, and as many pending ones of each group and consumer. */
export function replyFullInfo(reply: ReplyWriter, stream: StreamValue, limit: number): void {
  reply.map(9);
  replyGeneral(reply, stream);
  reply.text('entries');
  replyRange(reply, stream, MIN_ID, MAX_ID, false, limit);
  reply.text('groups');
  reply.array(stream.groupCount);
  for (const [name, group] of stream.groups) replyGroup(reply, stream, name, group, limit);
}

/** The seven pairs that do not depend on whether more is wanted. */
export function replyGeneral(reply: ReplyWriter, stream: StreamValue): void {
  reply.text('length');
  reply.integer(stream.size);
  // There is no radix tree, but an index of nodes: these are its keys, and it takes no more than one node for each.
  reply.text('radix-tree-keys');
  reply.integer(stream.nodeCount);
  reply.text('radix-tree-nodes');
  reply.integer(stream.nodeCount + 1);
  reply.text('last-generated-id');
  replyId(reply, stream.lastId);
  reply.text('max-deleted-entry-id');
  replyId(reply, stream.maxDeletedId);
  reply.text('entries-added');
  reply.integer(stream.entriesAdded);
  reply.text('recorded-first-entry-id');
  replyId(reply, stream.firstId);
}

/** How much a group has read and has still to read, both unless nobody knows. */
export function replyLag(reply: ReplyWriter, stream: StreamValue, group: StreamGroup): void {
  const lag = stream.lagOf(group);
  reply.text('entries-read');
  if (group.entriesRead === undefined) reply.nil();
  else reply.integer(group.entriesRead);
  reply.text('lag');
  if (lag === undefined) reply.nil();
  else reply.integer(lag);
}

function replyGroup(reply: ReplyWriter, stream: StreamValue, name: string, group: StreamGroup, limit: number): void {
  const { pending, consumers } = group;
  reply.map(7);
  reply.text('name');
  replyName(reply, name);
  reply.text('last-delivered-id');
  replyId(reply, group.lastId);
  replyLag(reply, stream, group);
  replyPending(reply, pending, limit, 4, () => {
    replyName(reply, group.owner.name);
    replyDelivery(reply, group);
  });
  reply.text('consumers');
  reply.array(consumers.length);
  for (const consumer of consumers) replyConsumer(reply, group, consumer, limit);
}

function replyConsumer(reply: ReplyWriter, group: StreamGroup, { name, seenMs, pending }: StreamConsumer, limit: number): void {
  reply.map(4);
  reply.text('name');
  replyName(reply, name);
  reply.text('seen-time');
  reply.integer(seenMs);
  replyPending(reply, pending, limit, 3, () => {
    group.pending.find(id);
    replyDelivery(reply, group);
  });
}

/** The first of the pending entries, each with its ID and what `write` writes of it: `width` elements. */
function replyPending(reply: ReplyWriter, pending: IdTable, limit: number, width: number, write: () => void): void {
  reply.text('pel-count');
  reply.integer(pending.size);
  reply.text('pending');
  reply.array(Math.min(limit, pending.size));
  let left = limit;
  for (let more = pending.seek(MIN_ID); more && left > 0; more = pending.next(), left--) {
    reply.array(width);
    replyId(reply, pending.readId(id));
    write();
  }
}

/** When the pending entry at the group's place was delivered, and how often. */
function replyDelivery(reply: ReplyWriter, { pending }: StreamGroup): void {
  reply.integer(pending.deliveredMs);
  reply.integer(pending.deliveries);
}
