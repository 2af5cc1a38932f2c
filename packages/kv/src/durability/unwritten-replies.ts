import type { Log } from '@edgeloop/reactor';
import type { Client } from '../client/client.js';
import type { Server } from '../server/server.js';

/**
 * The clients that are about to be told, at the end of this turn, of what is not written yet: without `always` that is written first and
 * then they are told, and nothing is kept back for it. Where it cannot be written, they must not be told. What their connections have to
 * send cannot be taken back, so these end; what has come of their requests is open to them, as after any crash.
 */
export class UnwrittenReplies {
  readonly #server: Server;
  readonly #log: Log;
  readonly #clients: Client[] = [];
  #hasFailed = false;
  #isEnding = false;

  constructor(server: Server, log: Log) {
    this.#server = server;
    this.#log = log;
  }

  /** Once it has failed, what comes is refused, or reads what is there. */
  add(client: Client): void {
    if (this.#isEnding) return;
    if (this.#clients.at(-1) !== client && client.connection !== undefined) this.#clients.push(client);
  }

  /** What was to be written in this turn was not. */
  failed(): void {
    this.#hasFailed = true;
  }

  /** All is written, or has failed. Returns whether output may leave: not before the connections have ended, which is done outside of the sending. */
  mayLeave(): boolean {
    if (this.#hasFailed && this.#clients.length > 0) {
      if (!this.#isEnding) this.#server.timers.after(0, () => this.#end());
      this.#isEnding = true;
      return false;
    }
    this.#hasFailed = false;
    this.#clients.length = 0;
    return true;
  }

  #end(): void {
    const clients = new Set(this.#clients);
    this.#log.warn({ event: 'kv.replies_dropped', clients: clients.size }, 'clients are disconnected that would have been told of changes that could not be written');
    this.#clients.length = 0;
    this.#hasFailed = false;
    this.#isEnding = false;
    for (const client of clients) this.#server.kill(client);
  }
}
