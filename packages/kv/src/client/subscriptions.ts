/** What a client has subscribed to, by name, byte by byte as text. */
export class Subscriptions {
  readonly channel = new Set<string>();
  readonly pattern = new Set<string>();
  readonly shard = new Set<string>();

  /** Channels and patterns, as the replies to SUBSCRIBE and PSUBSCRIBE count them. */
  get count(): number {
    return this.channel.size + this.pattern.size;
  }

  /** Whether there are any: a client of version 2 may then do nothing but subscribe and unsubscribe. */
  get any(): boolean {
    return this.count + this.shard.size > 0;
  }
}
