import type { Client } from '../client/client.js';

/** What is kept back: which record of the log has to be safe before it may go, and how it goes. */
interface Held {
  readonly record: number;
  /** To whom it goes, if it is for a client. */
  readonly client: Client | undefined;
  readonly release: () => void;
}

/** So many that have gone may stand before the others, until the list is cut. */
const SLACK = 1024;

/**
 * What may not leave yet, since it tells of changes that a power loss could still undo. Everything goes in the order in which it
 * came, so each client gets its replies and messages in order. What is held counts as the client's output: see Client.withheldBytes.
 */
export class ReplyGate {
  /** How much is kept back, of all clients together. */
  bytes = 0;
  readonly #queue: (Held | undefined)[] = [];
  /** Where the first one stands that has not gone. */
  #first = 0;

  get isEmpty(): boolean {
    return this.#first === this.#queue.length;
  }

  /** Keeps a copy of the bytes until the record with this number is safe. */
  hold(record: number, client: Client, bytes: Uint8Array): void {
    const copy = Buffer.from(bytes);
    client.withheldBytes += copy.length;
    this.bytes += copy.length;
    this.#add(record, client, () => {
      client.withheldBytes -= copy.length;
      this.bytes -= copy.length;
      client.deliver(copy);
    });
  }

  /** Has something done when the client has been given all that is held for it now; at once if there is nothing. */
  whenSent(client: Client, action: () => void): void {
    if (client.withheldBytes === 0) action();
    else this.#add(0, client, action);
  }

  /** Has something done when the record is safe, and all that is held has gone. */
  whenSafe(record: number, release: () => void): void {
    this.#add(record, undefined, release);
  }

  /** Lets go what is held for clients that have changed nothing since the record that is safe: they have only looked on. */
  openForReaders(safe: number): void {
    const waiting = this.#queue.splice(0).slice(this.#first) as Held[];
    this.#first = 0;
    for (const held of waiting) {
      if (held.client === undefined || held.client.changedIn > safe) this.#queue.push(held);
      else held.release();
    }
  }

  /** All records up to this one are safe. */
  open(record: number): void {
    while (this.#first < this.#queue.length) {
      const next = this.#queue[this.#first] as Held;
      if (next.record > record) break;
      // Its bytes are not to stay until the list is cut: they may be a megabyte.
      this.#queue[this.#first++] = undefined;
      next.release();
    }
    this.#cut();
  }

  #add(record: number, client: Client | undefined, release: () => void): void {
    this.#queue.push({ record, client, release });
  }

  #cut(): void {
    if (this.#first === 0 || (this.#first < this.#queue.length && this.#first < SLACK)) return;
    this.#queue.splice(0, this.#first);
    this.#first = 0;
  }
}
