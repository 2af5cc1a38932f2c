import type { Client } from '../client/client.js';
import type { Server } from '../server/server.js';

/** What has come of a client that is served slice by slice; above it, it is not read from. */
const MAX_BACKLOG_BYTES = 256 * 1024;
/** So much may wait to be served for a client that does not read its replies yet, and before AUTH; then it is not read, either. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const MAX_UNREAD_BYTES_BEFORE_AUTH = 64 * 1024;
/** Before AUTH, so much may come while the client is held, as its password was wrong too often. */
const MAX_PENDING_BYTES_BEFORE_AUTH = 1024 * 1024;

/** Sees to how much may wait that clients have sent and that is not served yet: of each of them, and of all together. */
export class InputGuard {
  readonly #server: Server;
  /** Of all clients, as far as the guard was told. */
  #bytes = 0;

  constructor(server: Server) {
    this.#server = server;
  }

  /** To be called when a client has sent something that is not served yet, was served, or is gone. */
  note(client: Client, inBacklog: boolean): void {
    const bytes = client.closing ? 0 : (client.pending?.length ?? 0);
    this.#bytes += bytes - client.notedInputBytes;
    client.notedInputBytes = bytes;
    if (client.closing) return;
    if (bytes > this.#limitOf(client)) return this.#end(client, 'query_buffer');
    this.#regulate(client, bytes > boundOf(client, inBacklog));
    if (this.#bytes > this.#server.settings.maxmemoryClients) this.#endLargest();
  }

  /** Reads from a client as long as it is not too far ahead of what it is served. */
  #regulate({ connection }: Client, isAhead: boolean): void {
    if (connection === undefined || connection.paused === isAhead) return;
    if (isAhead) connection.pause();
    else connection.resume();
  }

  /** Bytes that may have come and not been served, as the client waits, is held, or has begun a long request. */
  #limitOf({ authenticated }: Client): number {
    return authenticated ? this.#server.settings.clientQueryBufferLimit : MAX_PENDING_BYTES_BEFORE_AUTH;
  }

  /** Whoever has most of what is too much in all goes, as in Redis; but for those who have been asked to be left alone. */
  #endLargest(): void {
    let largest: Client | undefined;
    for (const client of this.#server.clients.values()) {
      if (!client.noEvict && client.notedInputBytes > (largest?.notedInputBytes ?? 0)) largest = client;
    }
    if (largest !== undefined) this.#end(largest, 'clients_memory');
  }

  #end(client: Client, limit: 'query_buffer' | 'clients_memory'): void {
    this.#server.limitWatch.meet(limit, client.address, { client: client.id, bytes: client.notedInputBytes });
    this.#server.kill(client);
    this.note(client, false);
  }
}

/** Above it a client is not read from. Who waits for a key, or has begun a long request, is read on: that has a limit, and an end. */
function boundOf({ congested, authenticated }: Client, inBacklog: boolean): number {
  if (congested) return authenticated ? MAX_UNREAD_BYTES : MAX_UNREAD_BYTES_BEFORE_AUTH;
  return inBacklog ? MAX_BACKLOG_BYTES : Number.POSITIVE_INFINITY;
}
