import type { Client } from '../client/client.js';
import type { ClientTracking } from '../client/client-tracking.js';
import type { Database } from '../store/database.js';
import { Broadcast } from './broadcast.js';
import type { ChangeListener, EventKind } from './changes.js';
import { Invalidations } from './invalidations.js';

/** A Map holds no more than 2^24 keys. */
const MOST_KEYS = 2 ** 23;

/**
 * Client-side caching: remembers which clients have read which keys, and tells them, once, when one of these changes. As in Redis
 * keys of the same name are not told apart by their databases. The number of keys is bounded: to remember another one, a
 * change of the oldest is made up. What is broadcast by prefix is gathered, and told when the requests at hand are served.
 */
export class Tracking implements ChangeListener {
  /** How many keys are remembered at most. */
  #maxKeys = MOST_KEYS;
  readonly #databases: readonly Database[];
  readonly #clients: ReadonlyMap<number, Client>;
  readonly #invalidations: Invalidations;
  /** The clients that have read a key, by their numbers: one that has gone since is not kept alive. */
  readonly #readers = new Map<string, Set<number>>();
  readonly #broadcasts = new Map<string, Broadcast>();
  readonly #tracked = new Set<ClientTracking<Client>>();
  /** Whether there is something to broadcast. */
  isBroadcastDue = false;

  constructor(databases: readonly Database[], clients: ReadonlyMap<number, Client>) {
    this.#databases = databases;
    this.#clients = clients;
    this.#invalidations = new Invalidations(clients);
  }

  get clientCount(): number {
    return this.#tracked.size;
  }

  get keyCount(): number {
    return this.#readers.size;
  }

  /** Of how many clients it is known that they have read a key, over all keys. */
  get itemCount(): number {
    let count = 0;
    for (const readers of this.#readers.values()) count += readers.size;
    return count;
  }

  get prefixCount(): number {
    return this.#broadcasts.size;
  }

  /** 0 stands for as many as there can be. */
  set maxKeys(count: number) {
    this.#maxKeys = count === 0 ? MOST_KEYS : Math.min(count, MOST_KEYS);
    this.#limit();
  }

  /** Begins to track, or lets other prefixes take effect. */
  begin(tracking: ClientTracking<Client>): void {
    if (this.#tracked.size === 0) this.#observe(1);
    this.#tracked.add(tracking);
    tracking.client.tracking = tracking;
    for (const prefix of tracking.prefixes) this.#broadcastOf(prefix).listeners.add(tracking);
  }

  /** Ends the tracking of a client; what it has read is forgotten as it changes, or with the last client. */
  end(client: Client): void {
    const { tracking } = client;
    if (tracking === undefined) return;
    client.tracking = undefined;
    for (const prefix of tracking.prefixes) {
      const broadcast = this.#broadcastOf(prefix);
      broadcast.listeners.delete(tracking);
      if (broadcast.listeners.size === 0) this.#broadcasts.delete(prefix);
    }
    this.#tracked.delete(tracking);
    if (this.#tracked.size > 0) return;
    this.#observe(-1);
    this.#readers.clear();
  }

  /** A client has read a key. */
  remember({ client }: ClientTracking<Client>, key: Buffer): void {
    const name = key.toString('latin1');
    const readers = this.#readers.get(name);
    if (readers !== undefined) {
      readers.add(client.id);
      return;
    }
    this.#readers.set(name, new Set([client.id]));
    this.#limit();
  }

  keyChanged(_db: Database, key: Buffer, _event: string, _kind: EventKind, by: Client | undefined): void {
    if (this.#tracked.size === 0) return;
    const name = key.toString('latin1');
    if (this.#broadcasts.size > 0) this.#gather(name, by?.tracking);
    this.#invalidate(name, by?.tracking);
  }

  /** All keys of one database are gone, or of all: whoever tracks is to forget everything. That two were exchanged is not told, as in Redis. */
  flushed(): void {
    this.#readers.clear();
    for (const tracking of this.#tracked) this.#invalidations.send(tracking, undefined);
  }

  /** Tells of all that has changed: at the end of a client's turn, and in any case before the loop goes on. */
  broadcast(): void {
    if (!this.isBroadcastDue) return;
    this.isBroadcastDue = false;
    for (const broadcast of this.#broadcasts.values()) {
      if (broadcast.changed.size === 0) continue;
      for (const listener of broadcast.listeners) {
        const keys = broadcast.keysFor(listener);
        if (keys.length > 0) this.#invalidations.send(listener, keys);
      }
      broadcast.changed.clear();
    }
  }

  #invalidate(name: string, by: ClientTracking<Client> | undefined): void {
    const readers = this.#readers.get(name);
    if (readers === undefined) return;
    this.#readers.delete(name);
    for (const id of readers) {
      const tracking = this.#clients.get(id)?.tracking;
      if (tracking === undefined || tracking.broadcasts || (tracking.noLoop && tracking === by)) continue;
      this.#invalidations.send(tracking, [name]);
    }
  }

  #limit(): void {
    for (const oldest of this.#readers.keys()) {
      if (this.#readers.size <= this.#maxKeys) return;
      this.#invalidate(oldest, undefined);
    }
  }

  #gather(name: string, by: ClientTracking<Client> | undefined): void {
    for (const { prefix, changed } of this.#broadcasts.values()) {
      if (!name.startsWith(prefix) || changed.has(name)) continue;
      changed.set(name, by);
      if (!this.isBroadcastDue) queueMicrotask(() => this.broadcast());
      this.isBroadcastDue = true;
    }
  }

  #broadcastOf(prefix: string): Broadcast {
    let broadcast = this.#broadcasts.get(prefix);
    if (broadcast === undefined) this.#broadcasts.set(prefix, (broadcast = new Broadcast(prefix)));
    return broadcast;
  }

  /** Raises or lowers the number of observers of each database. */
  #observe(difference: 1 | -1): void {
    for (const db of this.#databases) db.observers += difference;
  }
}
