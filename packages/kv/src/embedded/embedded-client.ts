import { EdgeloopError } from '@edgeloop/reactor';
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
    this.#client.user = server.users.program;
    this.#client.db = databaseAt(server, database);
    this.#reply.hold();
    this.#dispatcher = Dispatcher.withNested(server, registry, this.#reply, { mayBlock: false });
  }

  /** Runs a command. Returns the reply in version 3 of the protocol, valid until the next call. Errors: ReplyError, for a command that needs a connection; EL_DATA_INVALID. */
  send(args: readonly Argument[]): Buffer {
    const name = String(args[0]).toLowerCase();
    if (FOR_CONNECTIONS.has(name)) throw new ReplyError(`ERR '${name}' needs a connection`);
    const request = new Request(args.map((argument, index) => bytesOf(argument) ?? refuse(args, index)));
    const nowMs = this.#server.beginTurn();
    this.#client.version = 3;
    this.#client.replyMode = 'on';
    this.#reply.clear();
    this.#dispatcher.begin(nowMs);
    this.#dispatcher.dispatch(this.#client, request);
    this.#dispatcher.end();
    this.#server.settle();
    return this.#reply.written();
  }
}

function databaseAt({ keyspace: { databases } }: Server, index: number): Client['db'] {
  const database = databases[index];
  if (database === undefined) throw new ReplyError('ERR DB index is out of range');
  return database;
}

/** Undefined for what TypeScript would not have let through. */
function bytesOf(argument: Argument): Uint8Array | undefined {
  if (typeof argument === 'string') return Buffer.from(argument);
  if (typeof argument === 'number' || typeof argument === 'bigint') return Buffer.from(String(argument));
  return argument instanceof Uint8Array ? argument : undefined;
}

/** A key of the name `undefined`, or a value that is `[object Object]`, would be found much later. */
function refuse(args: readonly unknown[], index: number): never {
  const argument = args[index];
  const shown = argument === undefined || argument === null ? String(argument) : `${/^[aeiou]/.test(typeof argument) ? 'an' : 'a'} ${typeof argument}`;
  const place = index === 0 ? 'the name of a command' : `argument ${index} of '${String(args[0])}'`;
  throw new EdgeloopError('EL_DATA_INVALID', `${place} is ${shown}; give text, a number, a bigint or a Uint8Array`);
}
