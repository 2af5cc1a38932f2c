import type { Client } from '../client/client.js';

/** What is kept back, and which record of the log has to be safe before it may leave. */
interface Held {
  readonly record: number;
  readonly client: Client;
  /** A copy of what is to be sent; or, instead of that, what is to be done when all before it has been sent. */
  readonly bytes: Buffer | (() => void);
}

/** So many that have left may stand before the others, before the list is cut. */
const SLACK = 1024;

/**
 * What may not leave yet, since it tells of changes that a power loss could still undo. Everything goes in the order in which it
 * came, so each client gets its replies and messages in order. What is held counts as the client's output: see Client.withheldBytes.
 */
export class ReplyGate {
  #queue: Held[] = [];
  /** Where the first one stands that has not left. */
  #first = 0;

  get isEmpty(): boolean {
    return this.#first === this.#queue.length;
  }

  /** Keeps a copy of the bytes until the record with this number is safe. */
  hold(record: number, client: Client, bytes: Uint8Array): void {
    client.withheldBytes += bytes.length;
    this.#queue.push({ record, client, bytes: Buffer.from(bytes) });
  }

  /** Has something done when the client has been given all that is held for it now; at once if there is nothing. */
  whenSent(client: Client, action: () => void): void {
    if (client.withheldBytes === 0) return action();
    this.#queue.push({ record: 0, client, bytes: action });
  }

  /** All records up to this one are safe. Returns how many things have left. */
  open(record: number): number {
    const from = this.#first;
    while (this.#first < this.#queue.length && (this.#queue[this.#first] as Held).record <= record) {
      const { client, bytes } = this.#queue[this.#first++] as Held;
      if (typeof bytes === 'function') bytes();
      else release(client, bytes);
    }
    const count = this.#first - from;
    this.#cut();
    return count;
  }

  #cut(): void {
    if (this.isEmpty) this.#queue.length = 0;
    else if (this.#first > SLACK) this.#queue.splice(0, this.#first);
    else return;
    this.#first = 0;
  }
}

function release(client: Client, bytes: Buffer): void {
  client.withheldBytes -= bytes.length;
  client.deliver(bytes);
}
