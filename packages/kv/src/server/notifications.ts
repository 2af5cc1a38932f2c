import type { Database } from '../store/database.js';
import type { ChangeListener, EventKind } from './changes.js';
import type { Channels } from './channels.js';
import { ALL_CLASSES } from './setting-values.js';

/**
 * Tells subscribers of what happens to keys: `__keyspace@0__:KEY` gets the event, `__keyevent@0__:EVENT` the key. What is told is
 * chosen by letters, as in `notify-keyspace-events`: K and E for the two channels, others for kinds, A for all of those.
 */
export class Notifications implements ChangeListener {
  readonly #channels: Channels;
  readonly #databases: readonly Database[];
  #kinds = new Set<string>();
  #ofKeys = false;
  #ofEvents = false;

  constructor(channels: Channels, databases: readonly Database[]) {
    this.#channels = channels;
    this.#databases = databases;
  }

  /** Sets the letters, which have been checked. */
  configure(letters: string): void {
    const before = this.#enabled;
    this.#kinds = new Set(letters.replaceAll('A', () => ALL_CLASSES.join('')).split(''));
    this.#ofKeys = letters.includes('K');
    this.#ofEvents = letters.includes('E');
    const change = Number(this.#enabled) - Number(before);
    for (const db of this.#databases) db.observers += change;
  }

  keyChanged(db: Database, key: Buffer, event: string, kind: EventKind): void {
    if (!this.#kinds.has(kind)) return;
    const name = Buffer.from(event);
    if (this.#ofKeys) this.#channels.publish(Buffer.concat([Buffer.from(`__keyspace@${db.index}__:`), key]), name);
    if (this.#ofEvents) this.#channels.publish(Buffer.from(`__keyevent@${db.index}__:${event}`), key);
  }

  /** Somebody has looked for a key that is not there. */
  keyMissed(db: Database, key: Buffer): void {
    this.keyChanged(db, key, 'keymiss', 'm');
  }

  keyAnnounced(db: Database, key: Buffer, event: string, kind: EventKind): void {
    this.keyChanged(db, key, event, kind);
  }

  get #enabled(): boolean {
    return this.#ofKeys || this.#ofEvents;
  }
}
