import { randomBytes } from 'node:crypto';
import { halfSipHash } from '../algorithms/half-sip-hash.js';
import { Memory } from '../memory/memory.js';
import { DEFAULT_ENCODING_LIMITS, type EncodingLimits, type ValueContext } from '../values/value-context.js';
import { AccessClock } from './access-clock.js';
import type { Capture } from './capture.js';
import { Collections } from './collections.js';
import { Database } from './database.js';
import type { DatabaseContext, LossEvent } from './database-context.js';
import { Eviction } from './eviction.js';
import { ExpiryCycle } from './expiry-cycle.js';
import { Reclamation } from './reclamation.js';
import { STRING } from './meta.js';
import { KeyspaceStats } from './keyspace-stats.js';

/** Whom a keyspace tells that a key has gone by itself. */
export interface KeyspaceObserver {
  added(database: Database, key: Buffer): void;
  lost(database: Database, key: Buffer, event: LossEvent): void;
}

/** What a collection takes of V8's heap, besides its memory. */
const COLLECTION_BYTES = 80;

/**
 * All databases of a server, and what they share: memory, the secret of the hash, the clock that deadlines are held against.
 * It knows nothing of connections and commands.
 */
export class Keyspace implements ValueContext, DatabaseContext {
  readonly memory: Memory;
  readonly collections = new Collections();
  readonly limits: EncodingLimits = { ...DEFAULT_ENCODING_LIMITS };
  readonly access = new AccessClock();
  readonly stats = new KeyspaceStats();
  readonly random = Math.random;
  readonly databases: Database[];
  readonly reclamation: Reclamation;
  readonly expiry: ExpiryCycle;
  readonly eviction: Eviction;
  observer: KeyspaceObserver | undefined;
  /** The snapshot under way. */
  capture: Capture | undefined;
  /** Whether the observer is told of each key that goes by itself, and not only of those from databases with observers. */
  tellsLosses = false;
  /** The time, in ms since the epoch. It stands still while a command runs, so that a command sees a key or does not. */
  nowMs = Date.now();
  /** Changes to data since the last save, as INFO counts them. */
  dirty = 0;
  readonly #key0: number;
  readonly #key1: number;

  constructor(databaseCount: number, memory: Memory = new Memory(), secret: Buffer = randomBytes(8)) {
    this.memory = memory;
    this.reclamation = new Reclamation(memory, this.collections);
    this.#key0 = secret.readInt32LE(0);
    this.#key1 = secret.readInt32LE(4);
    this.databases = Array.from({ length: databaseCount }, (_, index) => new Database(this, index));
    this.expiry = new ExpiryCycle(this);
    this.eviction = new Eviction(this);
  }

  /** Removes all keys of a database. What they take is given back in slices: see `reclamation`. */
  flush(database: Database): void {
    this.dirty += database.size;
    const dict = database.clear();
    if (this.capture?.keep(dict) !== true) this.reclamation.add(dict);
  }

  /** Sets the clock. */
  advance(nowMs: number): void {
    this.nowMs = nowMs;
    this.access.advance(nowMs);
  }

  /** The time of day, also where the clock stands at 0, as it does while a log is read: then nothing is to expire. */
  get timeOfDayMs(): number {
    return this.nowMs === 0 ? Date.now() : this.nowMs;
  }

  hash(bytes: Buffer, start: number, end: number): number {
    return halfSipHash(bytes, start, end, this.#key0, this.#key1);
  }

  /** Keys of all databases, those included whose deadline has come but that nobody has looked for. */
  get size(): number {
    return this.databases.reduce((keys, { size }) => keys + size, 0);
  }

  /** What all keys and values take, in bytes: `maxmemory` bounds this. */
  get usedBytes(): number {
    return this.memory.usedBytes + this.collections.count * COLLECTION_BYTES;
  }

  /** What the key of an entry takes of that, without its part of a table. */
  bytesOf(database: Database, entry: number): number {
    const own = this.memory.capacity(entry);
    return database.typeOf(entry) === STRING ? own : own + database.collectionOf(entry).bytes;
  }

  added(databaseIndex: number, key: Buffer): void {
    this.observer?.added(this.databases[databaseIndex] as Database, key);
  }

  lost(databaseIndex: number, key: Buffer, event: LossEvent): void {
    this.observer?.lost(this.databases[databaseIndex] as Database, key, event);
  }
}
