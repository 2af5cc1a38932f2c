import type { Client } from '../client/client.js';
import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Database } from '../store/database.js';
import type { ValueType } from '../store/meta.js';
import type { ChangeListener } from './changes.js';
import type { TimerHandle, Timers } from './timers.js';

/** Who runs a waiting client's command again, as a key is ready. Returns whether the client goes on waiting. */
export type Retry = (client: Client, key: Buffer) => boolean;

/** A client that waits, and for what. */
export interface Wait {
  readonly client: Client;
  readonly db: Database;
  /** Byte by byte as text. */
  readonly keys: readonly string[];
  /** What a key must hold to be ready; undefined if each change counts. */
  readonly type: ValueType | undefined;
  /** Writes what the client gets when its time is up. */
  readonly onTimeout: (reply: ReplyWriter) => void;
}

/** Those who wait for a key, in the order of their coming. */
interface Queue {
  readonly db: Database;
  readonly name: string;
  readonly waits: Set<Wait>;
  /** Whether the key has changed, and nobody has been served since. */
  isReady: boolean;
}

/**
 * The clients that wait for a key.
 *
 * A key that changes is noted; when the command that changed it is done, a transaction or a script as a whole, the commands of those who wait
 * for it run again, one after the other as long as the key is of the type that they want. Whoever then has a reply waits no longer.
 */
export class Blocking implements ChangeListener {
  readonly #timers: Timers;
  readonly #waits = new Map<Client, { readonly wait: Wait; readonly timer: TimerHandle | undefined }>();
  readonly #queues = new Map<Database, Map<string, Queue>>();
  /** In the order in which keys have become ready. */
  readonly #ready: Queue[] = [];
  #serving = false;
  retry: Retry = () => false;
  /** Answers a client whose time is up, or who is unblocked, and goes on with what it has sent meanwhile. */
  release: (client: Client, write: (reply: ReplyWriter) => void) => void = () => {};

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** How many wait. */
  get size(): number {
    return this.#waits.size;
  }

  /** How many of them not for ever. */
  get timed(): number {
    let count = 0;
    for (const { timer } of this.#waits.values()) count += timer === undefined ? 0 : 1;
    return count;
  }

  /** Lets a client wait, for ever if `timeoutMs` is 0. */
  block(wait: Wait, timeoutMs: number): void {
    const { client, db } = wait;
    const timer = timeoutMs > 0 ? this.#timers.after(timeoutMs, () => this.#timeOut(client)) : undefined;
    this.#waits.set(client, { wait, timer });
    for (const key of wait.keys) this.#queueOf(db, key).waits.add(wait);
    db.observers++;
  }

  /** Ends a wait without an answer. Returns what would be written at the end of its time; undefined if the client does not wait. */
  forget(client: Client): ((reply: ReplyWriter) => void) | undefined {
    const waiting = this.#waits.get(client);
    if (waiting === undefined) return undefined;
    const { wait, timer } = waiting;
    timer?.cancel();
    wait.db.observers--;
    this.#waits.delete(client);
    client.waiting = undefined;
    for (const key of wait.keys) this.#leave(wait, key);
    return wait.onTimeout;
  }

  keyChanged(db: Database, key: Buffer): void {
    const queues = this.#queues.get(db);
    if (queues === undefined || queues.size === 0) return;
    const queue = queues.get(key.toString('latin1'));
    if (queue !== undefined) this.#markReady(queue);
  }

  /** All keys of a database are gone, or others. */
  databaseChanged(db: Database): void {
    for (const queue of this.#queues.get(db)?.values() ?? []) this.#markReady(queue);
  }

  /** To be called when a command is done. What those do who are served may make other keys ready, which come behind. */
  serveReady(): void {
    if (this.#ready.length === 0 || this.#serving) return;
    this.#serving = true;
    try {
      for (const queue of this.#ready) this.#serve(queue);
    } finally {
      this.#ready.length = 0;
      this.#serving = false;
    }
  }

  #markReady(queue: Queue): void {
    if (queue.isReady) return;
    queue.isReady = true;
    this.#ready.push(queue);
  }

  #serve(queue: Queue): void {
    queue.isReady = false;
    const key = Buffer.from(queue.name, 'latin1');
    let type = typeOf(queue.db, key);
    for (const { client, type: wanted } of queue.waits) {
      if (wanted !== undefined && wanted !== type) continue;
      if (this.retry(client, key)) continue;
      this.forget(client);
      this.release(client, () => {});
      const before = type;
      type = typeOf(queue.db, key);
      // Thousands may wait for what the first of them has taken. But all of those hear of it who want to know that the key has gone.
      if (type === undefined && before !== undefined) return;
    }
  }

  #timeOut(client: Client): void {
    const onTimeout = this.forget(client);
    if (onTimeout !== undefined) this.release(client, onTimeout);
  }

  #leave(wait: Wait, key: string): void {
    const queues = this.#queues.get(wait.db);
    const queue = queues?.get(key);
    queue?.waits.delete(wait);
    if (queue?.waits.size === 0) queues?.delete(key);
  }

  #queueOf(db: Database, name: string): Queue {
    let queues = this.#queues.get(db);
    if (queues === undefined) this.#queues.set(db, (queues = new Map()));
    let queue = queues.get(name);
    if (queue === undefined) queues.set(name, (queue = { db, name, waits: new Set(), isReady: false }));
    return queue;
  }
}

/** What a key holds; undefined if there is none. */
function typeOf(db: Database, key: Buffer): ValueType | undefined {
  const entry = db.find(key, 0, key.length);
  return entry === 0 ? undefined : db.typeOf(entry);
}
