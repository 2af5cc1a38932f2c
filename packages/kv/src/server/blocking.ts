import type { Client } from '../client/client.js';
import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Database } from '../store/database.js';
import type { Request } from '../protocol/request.js';
import type { ChangeListener } from './changes.js';
import type { Timers, TimerHandle } from './timers.js';

/** Who runs a waiting client's command again. Returns whether it goes on waiting. */
export type Retry = (client: Client) => boolean;

/** A client that waits, and for what. */
interface Wait {
  readonly client: Client;
  readonly db: Database;
  readonly keys: readonly string[];
  readonly timer: TimerHandle | undefined;
  readonly onTimeout: (reply: ReplyWriter) => void;
}

/**
 * The clients that wait for a key, in the order of their coming.
 *
 * A key that changes is noted; when the command that changed it is done, the commands of those who wait for it run
 * again, one after the other, and whoever then has a reply waits no longer.
 */
export class Blocking implements ChangeListener {
  readonly #timers: Timers;
  readonly #waits = new Map<Client, Wait>();
  /** For each database and key those who wait, in order. */
  readonly #queues = new Map<Database, Map<string, Set<Client>>>();
  readonly #ready: { readonly db: Database; readonly key: string }[] = [];
  #retrying: Client | undefined;
  #retryingFor = '';
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

  /** The key for whose change the client's command runs again just now; undefined if it does not. */
  wokenBy(client: Client): string | undefined {
    return this.#retrying === client ? this.#retryingFor : undefined;
  }

  /** Lets a client wait for keys, given byte by byte as text, with the request that is to run again. */
  block(client: Client, request: Request, keys: readonly string[], timeoutMs: number, onTimeout: (reply: ReplyWriter) => void): void {
    if (this.#retrying === client) return;
    const { db } = client;
    const timer = timeoutMs > 0 ? this.#timers.after(timeoutMs, () => this.#timeOut(client)) : undefined;
    client.waiting = request;
    this.#waits.set(client, { client, db, keys, timer, onTimeout });
    for (const key of keys) this.#queueOf(db, key).add(client);
    db.observers++;
  }

  /** Ends a wait without an answer. Returns what would be written at the end of its time; undefined if the client does not wait. */
  forget(client: Client): ((reply: ReplyWriter) => void) | undefined {
    const wait = this.#waits.get(client);
    if (wait === undefined) return undefined;
    wait.timer?.cancel();
    wait.db.observers--;
    this.#waits.delete(client);
    client.waiting = undefined;
    const queues = this.#queues.get(wait.db);
    for (const key of wait.keys) {
      const queue = queues?.get(key);
      queue?.delete(client);
      if (queue?.size === 0) queues?.delete(key);
    }
    return wait.onTimeout;
  }

  keyChanged(db: Database, key: Buffer): void {
    const name = key.toString('latin1');
    if (this.#queues.get(db)?.has(name) === true) this.#ready.push({ db, key: name });
  }

  databaseChanged(db: Database): void {
    for (const key of this.#queues.get(db)?.keys() ?? []) this.#ready.push({ db, key });
  }

  /** To be called when a command is done. */
  serveReady(): void {
    if (this.#ready.length === 0 || this.#serving) return;
    this.#serving = true;
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) {
      // A copy, for whoever blocks again meanwhile comes last.
      for (const client of Array.from(this.#queues.get(next.db)?.get(next.key) ?? [])) this.#try(client, next.key);
    }
    this.#serving = false;
  }

  #try(client: Client, key: string): void {
    if (!this.#waits.has(client)) return;
    this.#retrying = client;
    this.#retryingFor = key;
    const waits = this.retry(client);
    this.#retrying = undefined;
    if (waits) return;
    this.forget(client);
    this.release(client, () => {});
  }

  #timeOut(client: Client): void {
    const onTimeout = this.forget(client);
    if (onTimeout !== undefined) this.release(client, onTimeout);
  }

  #queueOf(db: Database, key: string): Set<Client> {
    let queues = this.#queues.get(db);
    if (queues === undefined) this.#queues.set(db, (queues = new Map()));
    let queue = queues.get(key);
    if (queue === undefined) queues.set(key, (queue = new Set()));
    return queue;
  }
}
