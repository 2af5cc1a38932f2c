import type { Client } from '../client/client.js';
import type { ClientTracking } from '../client/client-tracking.js';
import { ReplyWriter } from '../protocol/reply-writer.js';

const CHANNEL = '__redis__:invalidate';

/**
 * The messages by which clients hear that what they have cached is out of date: a push in version 3 of the protocol. A client of
 * version 2 cannot be told, unless by way of another connection, which has subscriptions and gets a message.
 */
export class Invalidations {
  readonly #clients: ReadonlyMap<number, Client>;
  readonly #writer = new ReplyWriter();

  constructor(clients: ReadonlyMap<number, Client>) {
    this.#clients = clients;
  }

  /** Tells a client of keys, given byte by byte as text; undefined for all of them. */
  send(tracking: ClientTracking<Client>, keys: Iterable<string> | undefined): void {
    const target = this.#targetOf(tracking);
    if (target === undefined) return;
    const writer = this.#begin(target);
    if (target.version === 3) {
      writer.push(2);
      writer.text('invalidate');
    } else {
      if (target === tracking.client || !target.subscribed) return;
      writer.push(3);
      writer.text('message');
      writer.text(CHANNEL);
    }
    this.#writeKeys(keys);
    target.push(Buffer.from(writer.written()));
  }

  /** Undefined if there is nobody any more to tell. */
  #targetOf(tracking: ClientTracking<Client>): Client | undefined {
    const { client, redirect } = tracking;
    if (redirect === 0) return client;
    const target = this.#clients.get(redirect);
    if (target === undefined) this.#tellBroken(tracking);
    return target;
  }

  #tellBroken(tracking: ClientTracking<Client>): void {
    tracking.isRedirectBroken = true;
    if (tracking.client.version === 2) return;
    const writer = this.#begin(tracking.client);
    writer.push(2);
    writer.text('tracking-redir-broken');
    writer.integer(tracking.redirect);
    tracking.client.push(Buffer.from(writer.written()));
  }

  #begin(target: Client): ReplyWriter {
    this.#writer.clear();
    this.#writer.version = target.version;
    return this.#writer;
  }

  #writeKeys(keys: Iterable<string> | undefined): void {
    if (keys === undefined) return this.#writer.nil();
    const list = [...keys];
    this.#writer.array(list.length);
    for (const key of list) this.#writer.bulk(Buffer.from(key, 'latin1'));
  }
}
