import type { Call } from '../../command/call.js';
import type { SubscriptionKind } from '../../server/channels.js';

/**
 * Tells a client of what it has subscribed to or left; out of band, each name by itself, and like the messages also if it wants no
 * replies. Shards are counted by themselves.
 */
export function replySubscription({ reply, client }: Call, kind: SubscriptionKind, word: string, name: Buffer | undefined): void {
  const { replyMode, subscriptions } = client;
  const before = reply.length;
  reply.push(3);
  reply.text(word);
  if (name === undefined) reply.nil();
  else reply.bulk(name);
  reply.integer(kind === 'shard' ? subscriptions.shard.size : subscriptions.count);
  if (replyMode === 'off' || replyMode === 'skip') client.push(Buffer.from(reply.written(before)));
}
