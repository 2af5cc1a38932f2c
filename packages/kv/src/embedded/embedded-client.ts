import type { Client } from '../client/client.js';
import type { Call } from '../command/call.js';
import { Dispatcher } from '../command/dispatcher.js';
import type { Registry } from '../catalogue/registry.js';
import { ReplyError } from '../command/reply-error.js';
import { ReplyWriter } from '../protocol/reply-writer.js';
import { Request } from '../protocol/request.js';
import type { Server } from '../server/server.js';

/** What a command takes: text is sent in UTF-8, a number in its digits. */
export type Argument = string | number | bigint | Uint8Array;

/** They set up a connection, and there is none; or, for transactions, they part what belongs together, and here nothing comes between. */
const FOR_CONNECTIONS = new Set([
  'auth', 'hello', 'quit', 'reset', 'select', 'monitor', 'multi', 'exec', 'discard', 'watch', 'unwatch',
  'subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe', 'ssubscribe', 'sunsubscribe',
]);

/**
 * A client in the server's own process: its commands go the way of all others, without a socket, and are done when the call
 * returns. It never waits: where another client would be kept waiting it gets the answer of a timeout.
 */
export class EmbeddedClient {
  readonly #server: Server;
  readonly #client: Client;
  readonly #reply = new ReplyWriter();
  readonly #dispatcher: Dispatcher;

  constructor(server: Server, registry: Registry<Call>, database: number) {
    this.#server = server;
    this.#client = server.addClient();
    this.#client.db = databaseAt(server, database);
    this.#reply.hold();
    this.#dispatcher = Dispatcher.withNested(server, registry, this.#reply, { mayBlock: false });
  }

  /** Runs a command. Returns the reply in version 3 of the protocol, valid until the next call. Error: ReplyError, for a command that needs a connection. */
  send(args: readonly Argument[]): Buffer {
    const name = String(args[0]).toLowerCase();
    if (FOR_CONNECTIONS.has(name)) throw new ReplyError(`ERR '${name}' needs a connection`);
    const nowMs = performance.now();
    this.#server.keyspace.advance(Math.floor(nowMs + this.#server.epochMs));
    this.#client.version = 3;
    this.#client.replyMode = 'on';
    this.#reply.clear();
    this.#dispatcher.begin(nowMs);
    this.#dispatcher.dispatch(this.#client, new Request(args.map(bytesOf)));
    this.#dispatcher.end();
    this.#server.blocking.serveReady();
    return this.#reply.written();
  }
}

function databaseAt({ keyspace: { databases } }: Server, index: number): Client['db'] {
  const database = databases[index];
  if (database === undefined) throw new ReplyError('ERR DB index is out of range');
  return database;
}

function bytesOf(argument: Argument): Uint8Array {
  return argument instanceof Uint8Array ? argument : Buffer.from(String(argument));
}
