import type { Client } from '../client/client.js';
import type { Database } from '../store/database.js';

/** Kinds of events, by the letters of `notify-keyspace-events`; the empty one is that of changes which no subscriber is told of. */
export type EventKind = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 't' | 'x' | 'e' | 'd' | 'n' | 'm' | '';

/** Somebody who wants to know of each change to a key. */
export interface ChangeListener {
  keyChanged(db: Database, key: Buffer, event: string, kind: EventKind, by: Client | undefined): void;
  /** Something about a key is told, but what it holds is the same: nobody who watches it, or waits for it, has to know. */
  keyAnnounced?(db: Database, key: Buffer, event: string, kind: EventKind): void;
}

/**
 * Passes changes of keys on to who asked for them. A change costs nothing unless its database has observers: a listener that
 * wants to hear of a database raises `db.observers`, and lowers it when it no longer does.
 */
export class Changes implements ChangeListener {
  readonly listeners: ChangeListener[] = [];

  keyChanged(db: Database, key: Buffer, event: string, kind: EventKind, by: Client | undefined): void {
    for (const listener of this.listeners) listener.keyChanged(db, key, event, kind, by);
  }

  keyAnnounced(db: Database, key: Buffer, event: string, kind: EventKind): void {
    for (const listener of this.listeners) listener.keyAnnounced?.(db, key, event, kind);
  }
}
