import type { Connection } from '@edgeloop/reactor';
import type { Client } from '../client/client.js';
import { PendingInput } from '../client/pending-input.js';
import type { Call } from '../command/call.js';
import { Dispatcher } from '../command/dispatcher.js';
import type { Registry } from '../command/registry.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { ReplyWriter } from '../protocol/reply-writer.js';
import { type RequestLimits, RequestReader } from '../protocol/request-reader.js';
import type { Server } from '../server/server.js';

/**
 * Between connections and commands: takes requests out of what a connection brings, has them served one after the other,
 * and sends the replies of a turn in one piece.
 *
 * Requests are read where they lie in the loop's buffer; only what is cut off at its end, or has to wait, is copied. A client
 * whose command waits for a key is served again when that has its reply.
 */
export class Frontend {
  readonly #server: Server;
  readonly #reader: RequestReader;
  readonly #limits: RequestLimits;
  readonly #dispatcher: Dispatcher;
  /** For the commands of clients that have waited: they run in the middle of somebody else's turn. */
  readonly #retries: Dispatcher;
  /** Those whose wait is over, and who may have sent more meanwhile. */
  readonly #released: Client[] = [];
  #serving = false;

  constructor(server: Server, registry: Registry<Call>) {
    this.#server = server;
    this.#limits = { maxArguments: server.settings.maxMultibulkLength, maxArgumentBytes: server.settings.protoMaxBulkLen };
    this.#reader = new RequestReader(this.#limits);
    this.#dispatcher = Dispatcher.withNested(server, registry, new ReplyWriter());
    this.#retries = Dispatcher.withNested(server, registry, new ReplyWriter());
    server.blocking.retry = (client) => this.#retry(client);
    server.blocking.release = (client, write) => this.#release(client, write);
  }

  open(connection: Connection<Client | undefined>): Client {
    this.#server.stats.connectionsReceived++;
    return this.#server.addClient(connection);
  }

  close(client: Client): void {
    client.closing = true;
    this.#server.removeClient(client);
  }

  receive(client: Client, chunk: Buffer): void {
    this.#server.keyspace.advance(Date.now());
    if (client.pending === undefined) this.#serveChunk(client, chunk);
    else {
      client.pending.append(chunk);
      this.#servePending(client);
    }
    this.#serveReleased();
  }

  #serveChunk(client: Client, chunk: Buffer): void {
    const reader = this.#reader;
    reader.begin(chunk, 0, chunk.length);
    this.#serve(client, reader);
    if (reader.consumed < chunk.length && !client.closing) client.pending = new PendingInput(this.#limits, reader, chunk);
  }

  #servePending(client: Client): void {
    const { pending } = client;
    if (pending === undefined || client.waiting !== undefined) return;
    this.#serve(client, pending.reader);
    if (pending.length === 0) client.pending = undefined;
  }

  /** Serves what is complete, until the client has to wait or is to go. */
  #serve(client: Client, reader: RequestReader): void {
    const { reply } = this.#dispatcher;
    reply.sink = client;
    this.#serving = true;
    try {
      while (client.waiting === undefined && !client.closing && reader.next()) {
        this.#dispatcher.dispatch(client, reader);
        reader.done();
        this.#server.blocking.serveReady();
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      reply.error(`ERR ${error.message}`);
      client.closing = true;
    } finally {
      this.#serving = false;
      reply.flush();
    }
    if (client.closing) client.connection?.end();
  }

  /** Runs a waiting client's command again. Returns whether it goes on waiting. */
  #retry(client: Client): boolean {
    const { waiting } = client;
    if (waiting === undefined) return false;
    const { reply } = this.#retries;
    reply.sink = client;
    this.#retries.dispatch(client, waiting);
    reply.flush();
    return this.#retries.blocked;
  }

  #release(client: Client, write: (reply: ReplyWriter) => void): void {
    const { reply } = this.#retries;
    reply.sink = client;
    reply.version = client.version;
    write(reply);
    reply.flush();
    this.#released.push(client);
    if (!this.#serving) this.#serveReleased();
  }

  #serveReleased(): void {
    for (let client = this.#released.shift(); client !== undefined; client = this.#released.shift()) this.#servePending(client);
  }
}
