import { globMatches } from '../../bytes/glob.js';
import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import type { SubscriptionKind } from '../../server/channels.js';

const subcommand = {
  arity: -2,
  flags: ['pubsub', 'loading', 'stale'],
  group: 'pubsub',
  since: '2.8.0',
} as const;

const channels: Command = {
  ...subcommand,
  name: 'channels',
  summary: 'Answers the channels that somebody has subscribed to.',
  complexity: 'O(N) for N channels',
  syntax: '[pattern]',
  execute: (call) => replyNames(call, 'channel'),
};

const shardchannels: Command = {
  ...channels,
  name: 'shardchannels',
  since: '7.0.0',
  summary: "Answers the shards' channels that somebody has subscribed to.",
  execute: (call) => replyNames(call, 'shard'),
};

const numsub: Command = {
  ...subcommand,
  name: 'numsub',
  summary: 'Answers how many have subscribed to channels.',
  complexity: 'O(N) for N channels',
  syntax: '[channel [channel ...]]',
  execute: (call) => replyCounts(call, 'channel'),
};

const shardnumsub: Command = {
  ...numsub,
  name: 'shardnumsub',
  since: '7.0.0',
  summary: "Answers how many have subscribed to shards' channels.",
  syntax: '[shardchannel [shardchannel ...]]',
  execute: (call) => replyCounts(call, 'shard'),
};

const numpat: Command = {
  ...subcommand,
  name: 'numpat',
  arity: 2,
  summary: 'Answers how many patterns somebody has subscribed to.',
  complexity: 'O(1)',
  syntax: '',
  execute: (call) => call.reply.integer(call.server.channels.size('pattern')),
};

export const pubsub: Command = {
  name: 'pubsub',
  arity: -2,
  flags: [],
  group: 'pubsub',
  since: '2.8.0',
  summary: 'Tells who has subscribed to what.',
  syntax: '',
  subcommands: [channels, helpCommand('pubsub', '6.2.0'), numpat, numsub, shardchannels, shardnumsub],
  execute() {},
};

function replyNames(call: Call, kind: SubscriptionKind): void {
  const { source } = call;
  if (call.count > 3) throw wrongSubcommand(call);
  const names = [...call.server.channels.names(kind)].map((name) => Buffer.from(name, 'latin1'));
  const wanted = call.count < 3 ? names : names.filter((name) => globMatches(source, call.start(2), call.end(2), name, 0, name.length));
  call.reply.array(wanted.length);
  for (const name of wanted) call.reply.bulk(name);
}

function replyCounts(call: Call, kind: SubscriptionKind): void {
  call.reply.array((call.count - 2) * 2);
  for (let i = 2; i < call.count; i++) {
    call.reply.bulk(call.source, call.start(i), call.end(i));
    call.reply.integer(call.server.channels.count(kind, call.latin1(i)));
  }
}
