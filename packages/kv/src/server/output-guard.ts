import { type Client, type OutputKeeper, UNCOUNTED_OUTPUT_BYTES } from '../client/client.js';
import type { Durability } from './durability.js';
import type { LimitWatch } from './limit-watch.js';
import type { OutputLimit, OutputLimits } from './setting-values.js';

/** What the guard needs of its server. */
export interface Guarded {
  readonly settings: { readonly clientOutputBufferLimit: OutputLimits };
  readonly keyspace: { readonly nowMs: number };
  readonly limitWatch: LimitWatch;
  readonly clients: ReadonlyMap<number, Client>;
  readonly durability: Pick<Durability, 'withhold'> | undefined;
}

/**
 * Ends clients for which too much waits to be sent, by `client-output-buffer-limit` of their class: at once, and what waits is
 * discarded, for a client that does not read would never take it. Who monitors is of class normal.
 */
export class OutputGuard implements OutputKeeper {
  readonly #server: Guarded;

  constructor(server: Guarded) {
    this.#server = server;
  }

  /** Whether so much may wait for the client. If it may not, the connection has ended. */
  admits(client: Client, waitingBytes: number): boolean {
    const limit = this.#server.settings.clientOutputBufferLimit[client.type];
    if (limit.hard === 0 && limit.soft === 0) return true;
    const bound = this.#brokenBound(client, limit, waitingBytes - UNCOUNTED_OUTPUT_BYTES);
    if (bound !== undefined) this.#end(client, waitingBytes, bound);
    return bound === undefined;
  }

  withholds(client: Client, bytes: Uint8Array): boolean {
    return this.#server.durability?.withhold(client, bytes) === true;
  }

  /** To be called once a second: somebody may be above the soft limit without being written to. */
  beat(): void {
    for (const client of this.#server.clients.values()) this.admits(client, client.waitingBytes);
  }

  #brokenBound(client: Client, { hard, soft, softSeconds }: OutputLimit, bytes: number): 'hard' | 'soft' | undefined {
    if (hard > 0 && bytes >= hard) return 'hard';
    if (soft === 0 || bytes < soft) {
      client.aboveSoftLimitSinceMs = undefined;
      return undefined;
    }
    client.aboveSoftLimitSinceMs ??= this.#server.keyspace.nowMs;
    return this.#server.keyspace.nowMs - client.aboveSoftLimitSinceMs > softSeconds * 1000 ? 'soft' : undefined;
  }

  /** What belongs to the client is given back when its connection tells of its end: now something may be in the middle of using it. */
  #end(client: Client, bytes: number, bound: 'hard' | 'soft'): void {
    if (client.connection === undefined || client.connection.phase === 'closed') return;
    client.closing = true;
    this.#server.limitWatch.meet('output_buffer', client.address, { client: client.id, class: client.type, bound, bytes });
    client.connection.destroy();
  }
}
