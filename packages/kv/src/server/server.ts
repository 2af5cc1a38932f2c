import { Client } from '../client/client.js';
import type { Database } from '../store/database.js';
import { Keyspace, type KeyspaceObserver } from '../store/keyspace.js';
import { ScriptEngine } from '../scripting/index.js';
import { Blocking } from './blocking.js';
import { Channels } from './channels.js';
import { Changes } from './changes.js';
import { Notifications } from './notifications.js';
import { ServerStats } from './server-stats.js';
import type { KvSettings } from './settings.js';
import type { Timers } from './timers.js';
import { Watches } from './watches.js';

/** All that the commands of a server share. */
export class Server implements KeyspaceObserver {
  readonly settings: KvSettings;
  readonly keyspace: Keyspace;
  readonly timers: Timers;
  readonly clients = new Map<number, Client>();
  readonly changes = new Changes();
  readonly watches = new Watches();
  readonly channels = new Channels();
  readonly notifications: Notifications;
  readonly scripts = new ScriptEngine();
  readonly blocking: Blocking;
  readonly stats = new ServerStats();
  readonly startedMs: number;
  #lastClientId = 0;
  #reclaiming = false;

  constructor(settings: KvSettings, timers: Timers) {
    this.settings = settings;
    this.timers = timers;
    this.keyspace = new Keyspace(settings.databases);
    this.startedMs = this.keyspace.nowMs;
    this.blocking = new Blocking(timers);
    this.notifications = new Notifications(this.channels, this.keyspace.databases);
    this.changes.listeners.push(this.watches, this.blocking, this.notifications);
    this.keyspace.observer = this;
  }

  /** A client of a connection, or without one of the server's own. */
  addClient(connection?: Client['connection']): Client {
    const authenticated = this.settings.requirepass === '' || connection === undefined;
    const client = new Client(++this.#lastClientId, this.keyspace.databases[0]!, this.keyspace.nowMs, authenticated, connection);
    if (connection !== undefined) this.clients.set(client.id, client);
    return client;
  }

  /** A key has gone because its deadline has come. */
  expired(db: Database, key: Buffer): void {
    if (db.observers > 0) this.changes.keyChanged(db, key, 'expired', 'x', undefined);
  }

  /** To be called when something large was removed: gives the memory back, in slices with the clients' requests between them. */
  reclaim(): void {
    const { reclamation } = this.keyspace;
    if (this.#reclaiming || !reclamation.pending) return;
    this.#reclaiming = true;
    this.timers.after(1, () => {
      this.#reclaiming = false;
      if (reclamation.slice()) this.reclaim();
    });
  }

  /** Forgets a client that is gone, and all that was kept for it. */
  removeClient(client: Client): void {
    this.clients.delete(client.id);
    this.watches.unwatch(client);
    this.blocking.forget(client);
    this.channels.forget(client);
  }
}
