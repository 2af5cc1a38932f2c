import type { Client } from '../client/client.js';
import type { Timers } from '../server/timers.js';

/**
 * Clients that have sent more, while they waited, than they are served in one turn. Each of them has a slice of it, and then come
 * the requests of others.
 */
export class Backlog {
  readonly #timers: Timers;
  readonly #serve: (client: Client) => boolean;
  /** With whom it may concern that the client has been served, if there is somebody. */
  readonly #clients = new Map<Client, (() => void) | undefined>();

  /** `serve` serves a slice, and returns whether there is more. */
  constructor(timers: Timers, serve: (client: Client) => boolean) {
    this.#timers = timers;
    this.#serve = serve;
  }

  has(client: Client): boolean {
    return this.#clients.has(client);
  }

  add(client: Client): void {
    if (this.#clients.size === 0) this.#serveSoon();
    this.#clients.set(client, this.#clients.get(client));
  }

  remove(client: Client): void {
    const served = this.#clients.get(client);
    this.#clients.delete(client);
    served?.();
  }

  /** Resolves when the client is served all that it has sent, has to wait, or is gone. Undefined if that is so already. */
  whenServed(client: Client): Promise<void> | undefined {
    if (!this.has(client)) return undefined;
    return new Promise((resolve) => this.#clients.set(client, resolve));
  }

  #serveSoon(): void {
    this.#timers.after(0, () => this.#serveSlices());
  }

  #serveSlices(): void {
    // Those who join meanwhile have had their slice.
    const clients = Array.from(this.#clients.keys());
    for (const client of clients) if (!this.#serve(client)) this.remove(client);
    if (this.#clients.size > 0) this.#serveSoon();
  }
}
