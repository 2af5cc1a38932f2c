import type { Command } from '../../command/call.js';

export const publish: Command = {
  name: 'publish',
  arity: 3,
  flags: ['pubsub', 'loading', 'stale', 'fast', 'may_replicate'],
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Sends a message to a channel, and answers how many have got it.',
  complexity: 'O(N+M) for N subscribers of the channel and M patterns of all clients',
  syntax: 'channel message',
  execute(call) {
    call.reply.integer(call.server.channels.publish(call.copy(1), call.copy(2)));
  },
};

export const spublish: Command = {
  ...publish,
  name: 'spublish',
  keys: { first: 1, last: 1, step: 1 },
  since: '7.0.0',
  summary: "Sends a message to a shard's channel, and answers how many have got it.",
  complexity: 'O(N) for N subscribers of the channel',
  syntax: 'shardchannel message',
  execute(call) {
    call.reply.integer(call.server.channels.publishToShard(call.copy(1), call.copy(2)));
  },
};
