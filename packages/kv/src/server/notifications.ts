import type { Database } from '../store/database.js';
import type { ChangeListener, EventKind } from './changes.js';
import type { Channels } from './channels.js';

/** All kinds but misses and new keys. */
const ALL_KINDS = 'g$lshzxetd';
const KINDS = new Set('g$lshzxetdnm');

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

  /** The letters in force, in the order in which Redis says them. */
  get letters(): string {
    const all = ALL_KINDS.split('').every((kind) => this.#kinds.has(kind));
    const kinds = all ? 'A' : `${ALL_KINDS}n`.split('').filter((kind) => this.#kinds.has(kind)).join('');
    return `${kinds}${this.#ofKeys ? 'K' : ''}${this.#ofEvents ? 'E' : ''}${this.#kinds.has('m') ? 'm' : ''}`;
  }

  /** Sets the letters, and returns false if there are others among them; nothing is changed then. */
  configure(letters: string): boolean {
    const expanded = letters.replaceAll('A', ALL_KINDS);
    if (expanded.split('').some((letter) => !KINDS.has(letter) && letter !== 'K' && letter !== 'E')) return false;
    const before = this.#enabled;
    this.#kinds = new Set(expanded.split('').filter((letter) => KINDS.has(letter)));
    this.#ofKeys = letters.includes('K');
    this.#ofEvents = letters.includes('E');
    const change = Number(this.#enabled) - Number(before);
    for (const db of this.#databases) db.observers += change;
    return true;
  }

  keyChanged(db: Database, key: Buffer, event: string, kind: EventKind): void {
    if (!this.#kinds.has(kind)) return;
    const name = Buffer.from(event);
    if (this.#ofKeys) this.#channels.publish(Buffer.concat([Buffer.from(`__keyspace@${db.index}__:`), key]), name);
    if (this.#ofEvents) this.#channels.publish(Buffer.from(`__keyevent@${db.index}__:${event}`), key);
  }

  databaseChanged(): void {}

  get #enabled(): boolean {
    return (this.#ofKeys || this.#ofEvents) && this.#kinds.size > 0;
  }
}
