import type { Call, Command } from '../../command/call.js';
import type { SubscriptionKind } from '../../server/channels.js';
import { replySubscription } from './subscription-reply.js';

export const unsubscribe: Command = {
  name: 'unsubscribe',
  arity: -1,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Ends subscriptions to channels, or all of them.',
  complexity: 'O(N) for N channels',
  syntax: '[channel [channel ...]]',
  execute: (call) => unsubscribeAll(call, 'channel', 'unsubscribe'),
};

export const punsubscribe: Command = {
  ...unsubscribe,
  name: 'punsubscribe',
  summary: 'Ends subscriptions to patterns, or all of them.',
  complexity: 'O(N) for N patterns',
  syntax: '[pattern [pattern ...]]',
  execute: (call) => unsubscribeAll(call, 'pattern', 'punsubscribe'),
};

export const sunsubscribe: Command = {
  ...unsubscribe,
  name: 'sunsubscribe',
  keys: { first: 1, last: -1, step: 1 },
  since: '7.0.0',
  summary: "Ends subscriptions to a shard's channels, or all of them.",
  syntax: '[shardchannel [shardchannel ...]]',
  execute: (call) => unsubscribeAll(call, 'shard', 'sunsubscribe'),
};

function unsubscribeAll(call: Call, kind: SubscriptionKind, word: string): void {
  const names = call.count > 1 ? Array.from({ length: call.count - 1 }, (_, i) => call.latin1(i + 1)) : [...call.client.subscriptions[kind]];
  for (const name of names) {
    call.server.channels.unsubscribe(call.client, kind, name);
    replySubscription(call, kind, word, Buffer.from(name, 'latin1'));
  }
  if (names.length === 0) replySubscription(call, kind, word, undefined);
}
