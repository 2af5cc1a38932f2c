import type { Client } from '../client/client.js';
import type { Database } from '../store/database.js';
import type { ChangeListener } from './changes.js';

/** Which clients watch which keys: WATCH. A change breaks the watch, and the client's EXEC will do nothing. */
export class Watches implements ChangeListener {
  readonly #watchers = new Map<Database, Map<string, Set<Client>>>();
  readonly #watched = new Map<Client, { readonly db: Database; readonly key: string }[]>();

  watch(client: Client, db: Database, key: Buffer): void {
    const name = key.toString('latin1');
    const watchers = this.#watchersOf(db, name);
    if (watchers.has(client)) return;
    watchers.add(client);
    db.observers++;
    const watched = this.#watched.get(client);
    if (watched === undefined) this.#watched.set(client, [{ db, key: name }]);
    else watched.push({ db, key: name });
  }

  /** Ends all watches of a client, broken or not. */
  unwatch(client: Client): void {
    client.watchBroken = false;
    for (const { db, key } of this.#watched.get(client) ?? []) {
      db.observers--;
      const keys = this.#watchers.get(db);
      const watchers = keys?.get(key);
      watchers?.delete(client);
      if (watchers?.size === 0) keys?.delete(key);
    }
    this.#watched.delete(client);
  }

  /** Keys that a client watches, those that have expired since included: EXEC looks for these. */
  watchedBy(client: Client): readonly { readonly db: Database; readonly key: string }[] {
    return this.#watched.get(client) ?? [];
  }

  keyChanged(db: Database, key: Buffer): void {
    const keys = this.#watchers.get(db);
    if (keys === undefined || keys.size === 0) return;
    for (const client of keys.get(key.toString('latin1')) ?? []) client.watchBroken = true;
  }

  /** To be called before all keys of a database go, or give way to those of another one: a key breaks its watches that is there, or comes. */
  databaseChanges(db: Database, other: Database = db): void {
    for (const [name, clients] of this.#watchers.get(db) ?? []) {
      const key = Buffer.from(name, 'latin1');
      if (db.find(key, 0, key.length) === 0 && other.find(key, 0, key.length) === 0) continue;
      for (const client of clients) client.watchBroken = true;
    }
  }

  #watchersOf(db: Database, key: string): Set<Client> {
    let keys = this.#watchers.get(db);
    if (keys === undefined) this.#watchers.set(db, (keys = new Map()));
    let watchers = keys.get(key);
    if (watchers === undefined) keys.set(key, (watchers = new Set()));
    return watchers;
  }
}
