import { NEVER } from '../../memory/entry.js';
import { readCollection } from '../../rdb/collection-payload.js';
import { CorruptPayloadError } from '../../rdb/corrupt-payload-error.js';
import { DATABASE, DEADLINE, END, LIBRARY } from '../../rdb/rdb-opcode.js';
import { RdbReader } from '../../rdb/rdb-reader.js';
import { STRING_TYPE } from '../../rdb/rdb-type.js';
import type { Database } from '../../store/database.js';
import { MAX_DATABASES } from '../../server/settings.js';
import type { Keyspace } from '../../store/keyspace.js';
import { tooFewDatabases } from '../too-few-databases.js';

const NOTHING = Buffer.alloc(0);

/** Fills an empty keyspace from the records of a snapshot. */
export class SnapshotReader {
  /** Whether the last record was there, and as many keys as it says. */
  isWhole = false;
  readonly #keyspace: Keyspace;
  readonly #library: (source: Buffer) => void;
  readonly #bytes = new RdbReader(NOTHING);

  /** `library` is given the sources of functions, which are valid until it returns. */
  constructor(keyspace: Keyspace, library: (source: Buffer) => void) {
    this.#keyspace = keyspace;
    this.#library = library;
  }

  get keys(): number {
    return this.#keyspace.size;
  }

  /** Reads one record. Errors: CorruptPayloadError, EL_OPTION_INVALID, OutOfMemory, and what `library` throws. */
  read(payload: Buffer, start: number, end: number): void {
    const bytes = this.#bytes;
    if (this.isWhole) throw new CorruptPayloadError();
    let database = this.#database(0);
    let deadlineMs = NEVER;
    bytes.reset(payload, start, end);
    while (!bytes.isAtEnd) {
      const type = bytes.byte();
      if (type === DATABASE) database = this.#database(bytes.length());
      else if (type === DEADLINE) deadlineMs = bytes.deadline();
      else if (type === LIBRARY) this.#library(bytes.string());
      else if (type === END) this.#end();
      else {
        this.#key(payload, type, database, deadlineMs);
        deadlineMs = NEVER;
      }
    }
  }

  /** Strings are read without a view of their bytes, for most keys have one. */
  #key(payload: Buffer, type: number, database: Database, deadlineMs: number): void {
    const bytes = this.#bytes;
    const keyBytes = bytes.length();
    const key = bytes.skip(keyBytes);
    if (type !== STRING_TYPE) {
      database.setCollection(payload, key, key + keyBytes, readCollection(type, bytes, this.#keyspace), deadlineMs);
      return;
    }
    const valueBytes = bytes.length();
    const value = bytes.skip(valueBytes);
    if (deadlineMs === NEVER) database.setString(payload, key, key + keyBytes, payload, value, value + valueBytes);
    else database.setStringUntil(deadlineMs, payload, key, key + keyBytes, payload, value, value + valueBytes);
  }

  #end(): void {
    this.isWhole = this.#bytes.length() === this.keys;
    if (!this.isWhole || !this.#bytes.isAtEnd) throw new CorruptPayloadError();
  }

  #database(index: number): Database {
    const database = this.#keyspace.databases[index];
    if (index >= MAX_DATABASES) throw new CorruptPayloadError();
    if (database === undefined) throw tooFewDatabases(this.#keyspace, index);
    return database;
  }
}
