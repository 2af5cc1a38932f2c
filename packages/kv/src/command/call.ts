import type { CommandDefinition } from '../catalogue/command-definition.js';
import type { RegisteredCommand, Registry } from '../catalogue/registry.js';
import { Slice } from '../memory/slice.js';
import type { Client } from '../client/client.js';
import type { ReplyWriter } from '../protocol/reply-writer.js';
import type { Server } from '../server/server.js';
import type { Database } from '../store/database.js';
import type { EventKind } from '../server/changes.js';
import { Effect, type EffectWord } from './effect.js';
import { NOT_AN_INTEGER, NOT_A_FLOAT, ReplyError, WRONG_TYPE } from './reply-error.js';
import { type Arguments, Request } from '../protocol/request.js';
import type { ValueType } from '../store/meta.js';
import { filled } from '../values/filled.js';
import type { Collection } from '../values/value-context.js';
import { type Integer64, parseInteger, parseInteger64 } from '../bytes/integer.js';
import { parseDouble } from '../bytes/double.js';

const effect = new Effect();

/** Runs a request whose reply follows in the same place, at once: nobody waits in it. */
export interface Nested {
  run(client: Client, args: Arguments): void;
  /** The request on whose behalf others ran has ended: they share its time. */
  end(): void;
  /** It begins. */
  begin(nowMs: number): void;
}

/**
 * A request on its way through the server: its arguments, whose it is, and where the reply goes. One object serves all requests of
 * a connection's turn; a script or a transaction uses others.
 *
 * Arguments are ranges of `source`, the command's name is number 0.
 */
export class Call {
  readonly server: Server;
  client!: Client;
  command!: RegisteredCommand<Call>;
  readonly registry: Registry<Call>;
  reply: ReplyWriter;
  source!: Buffer;
  count = 0;
  starts!: Int32Array;
  ends!: Int32Array;
  /** Whether the client may be kept waiting: not in a transaction, not in a script. */
  mayBlock = true;
  /** Whether a script has called the command. */
  isScripted = false;
  /** Whether the command waits for a key: set by `block`. */
  blocked = false;
  /** The key that is ready, if a client has waited for it and its command runs again. */
  ready: Buffer | undefined;
  /** Runs other requests on behalf of this one: those of a transaction, or of a script. */
  nested: Nested | undefined;
  /** Whether the command has said what is to be logged of it: then the request itself is not. */
  isEffectTold = false;
  /** On whose behalf this one runs: EXEC or a script. */
  outer: Call | undefined;
  readonly #slice = new Slice();

  constructor(server: Server, registry: Registry<Call>, reply: ReplyWriter) {
    this.server = server;
    this.registry = registry;
    this.reply = reply;
  }

  take(args: Arguments): void {
    this.source = args.source;
    this.count = args.count;
    this.starts = args.starts;
    this.ends = args.ends;
  }

  get db(): Database {
    return this.client.db;
  }

  /** A copy of the request, which outlives the call. */
  request(): Request {
    return new Request(Array.from({ length: this.count }, (_, index) => this.copy(index)));
  }

  // --- Arguments

  start(index: number): number {
    return this.starts[index] as number;
  }

  end(index: number): number {
    return this.ends[index] as number;
  }

  length(index: number): number {
    return (this.ends[index] as number) - (this.starts[index] as number);
  }

  /** A copy of an argument, which outlives the call. */
  copy(index: number): Buffer {
    return Buffer.from(this.source.subarray(this.start(index), this.end(index)));
  }

  /** The argument's own bytes; valid until the next call. */
  slice(index: number): Slice {
    return this.#slice.set(this.source, this.start(index), this.end(index));
  }

  /** The same in an object of its own, so that there may be several. */
  argument(index: number): Slice {
    return new Slice().set(this.source, this.start(index), this.end(index));
  }

  /** All arguments from `from` on. */
  arguments(from: number): Slice[] {
    return Array.from({ length: this.count - from }, (_, i) => this.argument(from + i));
  }

  /** The argument as text, each byte a character. */
  latin1(index: number): string {
    return this.source.toString('latin1', this.start(index), this.end(index));
  }

  /** The argument as text in UTF-8. */
  text(index: number): string {
    return this.source.toString('utf8', this.start(index), this.end(index));
  }

  /** Whether the argument is this word, given in upper case, whatever the case. */
  is(index: number, word: string): boolean {
    if (index >= this.count || this.length(index) !== word.length) return false;
    const start = this.start(index);
    for (let i = 0; i < word.length; i++) {
      const byte = this.source[start + i] as number;
      if ((byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte) !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** A 64-bit integer as a number: infinite where a number cannot hold it exactly. */
  integer(index: number, error: ReplyError = NOT_AN_INTEGER): number {
    const value = parseInteger(this.source, this.start(index), this.end(index));
    if (Number.isNaN(value)) throw error;
    return value;
  }

  /** A 32-bit integer. */
  int32(index: number, error?: ReplyError): number {
    const value = this.integer(index, error);
    if (value !== (value | 0)) throw error ?? NO_INT32;
    return value;
  }

  /** A 64-bit integer, exact. */
  integer64(index: number, error: ReplyError = NOT_AN_INTEGER): Integer64 {
    const value = parseInteger64(this.source, this.start(index), this.end(index));
    if (Number.isNaN(value)) throw error;
    return value;
  }

  /** A floating-point number, infinities included. */
  double(index: number, error: ReplyError = NOT_A_FLOAT): number {
    const value = parseDouble(this.source, this.start(index), this.end(index));
    if (Number.isNaN(value)) throw error;
    return value;
  }

  // --- Keys

  /** The entry of the key that is argument `index`, on behalf of a reader: 0 if there is none. */
  read(index: number): number {
    const { db } = this.client;
    const entry = db.read(this.source, this.starts[index] as number, this.ends[index] as number);
    if (entry === 0 && db.observers > 0) this.server.notifications.keyMissed(db, this.copy(index));
    return entry;
  }

  /** The same for a reader that does not use the key, but looks whether it is there. */
  peek(index: number): number {
    const { db } = this.client;
    const entry = db.peek(this.source, this.starts[index] as number, this.ends[index] as number);
    if (entry === 0 && db.observers > 0) this.server.notifications.keyMissed(db, this.copy(index));
    return entry;
  }

  /** The same on behalf of a writer, which counts no hit. */
  find(index: number): number {
    return this.client.db.find(this.source, this.starts[index] as number, this.ends[index] as number);
  }

  /** The entry if it is of this type, 0 if there is none. Error: WRONGTYPE. */
  readTyped(index: number, type: ValueType): number {
    const entry = this.read(index);
    if (entry !== 0 && this.db.typeOf(entry) !== type) throw WRONG_TYPE;
    return entry;
  }

  findTyped(index: number, type: ValueType): number {
    const entry = this.find(index);
    if (entry !== 0) {
      if (this.db.typeOf(entry) !== type) throw WRONG_TYPE;
      this.db.touch(entry);
    }
    return entry;
  }

  /** The collection of a key for a reader, undefined if there is none. Error: WRONGTYPE. */
  readCollection(index: number, type: ValueType): Collection | undefined {
    const entry = this.readTyped(index, type);
    return entry === 0 ? undefined : this.db.collectionOf(entry);
  }

  /**
   * Adds a key that is not there, argument `index`, with a collection that `fill` has filled, and returns what that returns.
   * Error: OutOfMemory; then there is no such key, and nothing is left of the collection.
   */
  addKey<C extends Collection, Result>(index: number, collection: C, fill: (collection: C) => Result): Result {
    let result!: Result;
    const whole = filled(collection, () => (result = fill(collection)));
    this.db.addCollection(this.source, this.start(index), this.end(index), whole);
    return result;
  }

  /** Tells that the key has changed: to watching, blocked and tracking clients and to subscribers of `event`. */
  changed(index: number, event: string, kind: EventKind): void {
    this.server.keyspace.dirty++;
    const { db } = this.client;
    if (db.observers > 0) this.server.changes.keyChanged(db, this.copy(index), event, kind, this.client);
  }

  /** The same for a key that is no argument. */
  keyChanged(db: Database, key: Buffer, event: string, kind: EventKind): void {
    this.server.keyspace.dirty++;
    if (db.observers > 0) this.server.changes.keyChanged(db, key, event, kind, this.client);
  }

  /** Tells of a key that is a new one, though it has taken the place of another one. */
  replaced(db: Database, index: number): void {
    if (db.observers > 0) this.server.added(db, this.copy(index));
  }

  /** Tells of an event that leaves what the key holds as it is: counted as a change, and told to subscribers alone. */
  announce(index: number, event: string, kind: EventKind): void {
    this.server.keyspace.dirty++;
    const { db } = this.client;
    if (db.observers > 0) this.server.changes.keyAnnounced(db, this.copy(index), event, kind);
  }

  /** Lets the commands of those who wait for the key run again, though it has not changed. */
  wake(index: number): void {
    const { db } = this.client;
    if (db.observers > 0) this.server.blocking.keyChanged(db, this.copy(index));
  }

  // --- What is logged, to be done again after a crash: the request itself, unless the command says something else

  /** Whether changes are logged. A command asks before it puts together what is to be logged of it. */
  get isLogged(): boolean {
    return this.server.durability !== undefined;
  }

  /** Has a request logged that does again what this one has done, which would come out otherwise itself. Several do so in their order. */
  effect(...words: readonly EffectWord[]): void {
    this.isEffectTold = true;
    this.server.durability?.note(this.db.index, effect.set(words));
  }

  /** Has nothing logged: no data has changed. */
  noEffect(): void {
    this.isEffectTold = true;
  }

  // --- Waiting

  /** Whether a command that takes the first of several keys is to look at this one: any, unless it runs again because a certain one is ready. */
  isOffered(index: number): boolean {
    const { ready } = this;
    return ready === undefined || ready.compare(this.source, this.start(index), this.end(index)) === 0;
  }

  /**
   * Lets the client wait until one of the keys, named by the indexes of arguments, has changed and is of this type: the command then
   * runs again, or the `request` that is to take its place. Without a type it does so with each change, also when the key is gone.
   * After `timeoutMs` (0: never) the client gets what `onTimeout` writes; at once, where nobody may wait.
   */
  block(keys: readonly number[], timeoutMs: number, onTimeout: (reply: ReplyWriter) => void, type?: ValueType, request?: Request): void {
    if (!this.mayBlock) return onTimeout(this.reply);
    this.blocked = true;
    if (this.ready !== undefined) return;
    const { client, server } = this;
    client.waiting = request ?? this.request();
    server.blocking.block({ client, db: client.db, keys: keys.map((index) => this.latin1(index)), type, onTimeout }, timeoutMs);
  }
}

const NO_INT32 = new ReplyError('ERR value is out of range, value must between -2147483648 and 2147483647');

/** A command: all that the server and its clients want to know of it. */
export type Command = CommandDefinition<Call>;
