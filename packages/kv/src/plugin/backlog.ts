import type { Client } from '../client/client.js';
import type { Timers } from '../server/timers.js';

/** So long they are served in one turn, all of them together: others wait for no more than that, however many send without end. */
const TURN_MS = 0.5;

/**
 * Clients that have sent more than they are served in one turn. Each of them has a slice of it, one after the other, and when their
 * time is up come the requests of others.
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
    const endMs = performance.now() + TURN_MS;
    do {
      const [client] = this.#clients.keys();
      if (client === undefined) return;
      this.#serveNext(client);
    } while (performance.now() < endMs);
    if (this.#clients.size > 0) this.#serveSoon();
  }

  /** Whoever has had a slice, and has more, comes last. */
  #serveNext(client: Client): void {
    if (!this.#serve(client)) return this.remove(client);
    const served = this.#clients.get(client);
    this.#clients.delete(client);
    this.#clients.set(client, served);
  }
}
