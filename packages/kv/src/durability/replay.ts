import type { Registry } from '../catalogue/registry.js';
import type { Client } from '../client/client.js';
import type { Call } from '../command/call.js';
import { Dispatcher } from '../command/dispatcher.js';
import { EffectReader } from '../log/effect-reader.js';
import { MalformedRecordError } from '../log/malformed-record-error.js';
import { ReplyWriter } from '../protocol/reply-writer.js';
import { type Arguments, Request } from '../protocol/request.js';
import type { Server } from '../server/server.js';
import { MAX_DATABASES, MAX_STRING_BYTES } from '../server/settings.js';
import { tooFewDatabases } from './too-few-databases.js';

const MINUS = 0x2d;
const LOAD = [Buffer.from('FUNCTION'), Buffer.from('LOAD')];

/**
 * Runs the effects of a log again, in the order in which they came, on a server that is not open yet. They go the way of all
 * commands, but for what asks whether a client may: it has been answered.
 *
 * Meanwhile the clock stands at the beginning of all time: a key whose deadline has come is gone when the log says so, and not before.
 */
export class Replay {
  /** Effects that were run. */
  effects = 0;
  readonly #server: Server;
  readonly #client: Client;
  readonly #dispatcher: Dispatcher;
  readonly #reply = new ReplyWriter();
  readonly #reader = new EffectReader();
  readonly #maxStringBytes: number;

  constructor(server: Server, registry: Registry<Call>) {
    this.#server = server;
    this.#client = server.addClient();
    this.#client.user = server.users.program;
    this.#reply.hold();
    this.#dispatcher = Dispatcher.withNested(server, registry, this.#reply, { mayBlock: false });
    server.keyspace.advance(Date.now());
    server.keyspace.nowMs = 0;
    // What was allowed then has happened, whatever is allowed now.
    this.#maxStringBytes = server.settings.protoMaxBulkLen;
    server.settings.protoMaxBulkLen = MAX_STRING_BYTES;
  }

  /** Runs the effects of a record. Error: MalformedRecordError, also where a command fails that has not failed before. */
  run(bytes: Buffer, start: number, end: number): void {
    const reader = this.#reader;
    reader.begin(bytes, start, end);
    while (reader.next()) {
      this.#select(reader.database);
      this.#do(reader);
      this.effects++;
    }
  }

  /** Loads a library of functions. Error: MalformedRecordError. */
  loadLibrary(source: Buffer): void {
    this.#do(new Request([...LOAD, source]));
  }

  /** Sets the clock, and forgets that there were commands. */
  end(): void {
    const { keyspace, settings } = this.#server;
    settings.protoMaxBulkLen = this.#maxStringBytes;
    keyspace.advance(Date.now());
    keyspace.dirty = 0;
    this.#server.resetStats();
  }

  #do(effect: Arguments): void {
    this.#dispatcher.run(this.#client, effect);
    if (this.#reply.firstByte === MINUS) throw this.#failed(this.#reply.written().toString('utf8', 1).trimEnd());
    this.#reply.clear();
  }

  #select(index: number): void {
    const database = this.#server.keyspace.databases[index];
    if (index >= MAX_DATABASES) throw new MalformedRecordError(`there is no database ${index}`);
    if (database === undefined) throw tooFewDatabases(this.#server.keyspace, index);
    this.#client.db = database;
  }

  /** Only the databases that a command names may be fewer than before; but for them, what has succeeded once succeeds again. */
  #failed(message: string): Error {
    if (/\bDB index\b/.test(message)) return tooFewDatabases(this.#server.keyspace);
    return new MalformedRecordError(`a command that had succeeded fails: ${message}`);
  }
}
