import type { Call } from '../../command/call.js';
import type { SubscriptionKind } from '../../server/channels.js';

/** Tells a client of what it has subscribed to or left; out of band, each name by itself. Shards are counted by themselves. */
export function replySubscription({ reply, client: { subscriptions } }: Call, kind: SubscriptionKind, word: string, name: Buffer | undefined): void {
  reply.push(3);
  reply.text(word);
  if (name === undefined) reply.nil();
  else reply.bulk(name);
  reply.integer(kind === 'shard' ? subscriptions.shard.size : subscriptions.count);
}
