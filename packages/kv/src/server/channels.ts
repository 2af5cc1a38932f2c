import { globMatches } from '../bytes/glob.js';
import type { Client } from '../client/client.js';
import { ReplyWriter } from '../protocol/reply-writer.js';

/** What can be subscribed to: a channel, all channels whose names match a pattern, or a channel of a shard. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

/** A name, byte by byte as text, and those who have subscribed to it, in order. */
type Subscribers = Map<string, Set<Client>>;

/** Who listens to what. A message is written once for each version of the protocol, and handed to all who are to get it. */
export class Channels {
  readonly #subscribers: Readonly<Record<SubscriptionKind, Subscribers>> = { channel: new Map(), pattern: new Map(), shard: new Map() };
  readonly #writer = new ReplyWriter();

  /** Returns false if the client has subscribed before. */
  subscribe(client: Client, kind: SubscriptionKind, name: string): boolean {
    const names = client.subscriptions[kind];
    if (names.has(name)) return false;
    names.add(name);
    client.subscribed = true;
    const subscribers = this.#subscribers[kind].get(name);
    if (subscribers === undefined) this.#subscribers[kind].set(name, new Set([client]));
    else subscribers.add(client);
    return true;
  }

  /** Returns false if the client has not subscribed. */
  unsubscribe(client: Client, kind: SubscriptionKind, name: string): boolean {
    if (!client.subscriptions[kind].delete(name)) return false;
    client.subscribed = client.subscriptions.any;
    const subscribers = this.#subscribers[kind].get(name);
    subscribers?.delete(client);
    if (subscribers?.size === 0) this.#subscribers[kind].delete(name);
    return true;
  }

  /** Ends all subscriptions of a client that is gone. */
  forget(client: Client): void {
    for (const kind of KINDS) {
      for (const name of client.subscriptions[kind]) this.unsubscribe(client, kind, name);
    }
  }

  /** Sends a message to the channel's subscribers, and to those of matching patterns. Returns how many have got it. */
  publish(channel: Buffer, message: Buffer): number {
    let receivers = this.#send(this.#subscribers.channel.get(channel.toString('latin1')), [MESSAGE, channel, message]);
    for (const [name, subscribers] of this.#subscribers.pattern) {
      const pattern = Buffer.from(name, 'latin1');
      if (!globMatches(pattern, 0, pattern.length, channel, 0, channel.length)) continue;
      receivers += this.#send(subscribers, [PATTERN_MESSAGE, pattern, channel, message]);
    }
    return receivers;
  }

  /** Sends a message to a shard's channel. */
  publishToShard(channel: Buffer, message: Buffer): number {
    return this.#send(this.#subscribers.shard.get(channel.toString('latin1')), [SHARD_MESSAGE, channel, message]);
  }

  /** The names that somebody has subscribed to. */
  names(kind: SubscriptionKind): IterableIterator<string> {
    return this.#subscribers[kind].keys();
  }

  /** How many have subscribed to a name. */
  count(kind: SubscriptionKind, name: string): number {
    return this.#subscribers[kind].get(name)?.size ?? 0;
  }

  /** How many names of a kind somebody has subscribed to. */
  size(kind: SubscriptionKind): number {
    return this.#subscribers[kind].size;
  }

  #send(subscribers: Set<Client> | undefined, parts: readonly Buffer[]): number {
    if (subscribers === undefined) return 0;
    const byVersion: { 2?: Buffer; 3?: Buffer } = {};
    for (const client of subscribers) client.push((byVersion[client.version] ??= this.#written(client.version, parts)));
    return subscribers.size;
  }

  #written(version: 2 | 3, parts: readonly Buffer[]): Buffer {
    const writer = this.#writer;
    writer.version = version;
    writer.clear();
    writer.push(parts.length);
    for (const part of parts) writer.bulk(part);
    return Buffer.from(writer.written());
  }
}

const KINDS: readonly SubscriptionKind[] = ['channel', 'pattern', 'shard'];
const MESSAGE = Buffer.from('message');
const PATTERN_MESSAGE = Buffer.from('pmessage');
const SHARD_MESSAGE = Buffer.from('smessage');
