import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import type { SubscriptionKind } from '../../server/channels.js';
import { replySubscription } from './subscription-reply.js';

export const subscribe: Command = {
  name: 'subscribe',
  arity: -2,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Lets the client get what is published to channels.',
  complexity: 'O(N) for N channels',
  syntax: 'channel [channel ...]',
  execute: (call) => subscribeAll(call, 'channel', 'subscribe'),
};

export const psubscribe: Command = {
  ...subscribe,
  name: 'psubscribe',
  summary: 'Lets the client get what is published to channels whose names match patterns.',
  complexity: 'O(N) for N patterns',
  syntax: 'pattern [pattern ...]',
  execute: (call) => subscribeAll(call, 'pattern', 'psubscribe'),
};

export const ssubscribe: Command = {
  ...subscribe,
  name: 'ssubscribe',
  keys: { first: 1, last: -1, step: 1 },
  since: '7.0.0',
  summary: "Lets the client get what is published to a shard's channels.",
  syntax: 'shardchannel [shardchannel ...]',
  execute(call) {
    if (!call.mayBlock) throw new ReplyError("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
    subscribeAll(call, 'shard', 'ssubscribe');
  },
};

function subscribeAll(call: Call, kind: SubscriptionKind, word: string): void {
  for (let i = 1; i < call.count; i++) {
    call.server.channels.subscribe(call.client, kind, call.latin1(i));
    replySubscription(call, kind, word, call.copy(i));
  }
}
