import { NEVER, deadlineOf, keyLength, keyOffset, readWord, META_WORD, VALUE_WORD } from '../../memory/entry.js';
import { collectionType, writeCollection } from '../../rdb/collection-payload.js';
import { DATABASE, DEADLINE, END, LIBRARY } from '../../rdb/rdb-opcode.js';
import { STRING_TYPE } from '../../rdb/rdb-type.js';
import { RdbWriter } from '../../rdb/rdb-writer.js';
import type { Keyspace } from '../../store/keyspace.js';
import { STRING, TYPE_BITS } from '../../store/meta.js';
import { payloadBytes, payloadOffset } from '../../store/string-entry.js';

/** A record is written when it has so many bytes: that much is written by one call in a few microseconds. */
const RECORD_BYTES = 64 * 1024;
/** The buffer of a value that was larger than that is not kept for the next ones. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** Takes the records of a snapshot, one after the other. Their bytes are copied or written before it returns. */
export type RecordSink = (payload: Buffer) => void;

/**
 * Writes keys as Redis's snapshot format has them, in records of about 64 kB. Each record begins in database 0, and no key goes from one to
 * the next. Strings stand there as they are: neither compressed nor as integers, for both would cost more than the disk's time that they save.
 */
export class SnapshotWriter {
  /** Keys that have been written. */
  keys = 0;
  readonly #keyspace: Keyspace;
  readonly #sink: RecordSink;
  readonly #record = new RdbWriter({ plain: true });
  #database = 0;

  constructor(keyspace: Keyspace, sink: RecordSink) {
    this.#keyspace = keyspace;
    this.#sink = sink;
  }

  library(source: Uint8Array): void {
    this.#record.byte(LIBRARY);
    this.#record.string(Buffer.from(source));
    this.#flushFull();
  }

  /** A key of the database with this number, with its deadline, whether that has come or not. */
  entry(databaseIndex: number, entry: number): void {
    const { memory, collections } = this.#keyspace;
    const record = this.#record;
    if (databaseIndex !== this.#database) this.#enter(databaseIndex);
    const deadlineMs = deadlineOf(memory, entry);
    if (deadlineMs !== NEVER) this.#deadline(deadlineMs);
    if ((readWord(memory, entry, META_WORD) & TYPE_BITS) === STRING) {
      record.byte(STRING_TYPE);
      this.#key(entry);
      const start = payloadOffset(memory, entry);
      record.string(memory.buffer(entry), start, start + payloadBytes(memory, entry));
    } else {
      const collection = collections.get(readWord(memory, entry, VALUE_WORD));
      record.byte(collectionType(collection));
      this.#key(entry);
      writeCollection(record, collection);
    }
    this.keys++;
    this.#flushFull();
  }

  /** The last record, without which a snapshot is not whole: it says how many keys there are. */
  end(): void {
    this.#flush();
    this.#record.byte(END);
    this.#record.length(this.keys);
    this.#flush();
  }

  #enter(databaseIndex: number): void {
    this.#database = databaseIndex;
    this.#record.byte(DATABASE);
    this.#record.length(databaseIndex);
  }

  #deadline(deadlineMs: number): void {
    this.#record.byte(DEADLINE);
    this.#record.time(deadlineMs);
  }

  #key(entry: number): void {
    const { memory } = this.#keyspace;
    const start = keyOffset(memory, entry);
    this.#record.string(memory.buffer(entry), start, start + keyLength(memory, entry));
  }

  #flushFull(): void {
    if (this.#record.size >= RECORD_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#record.size === 0) return;
    this.#sink(this.#record.bytes);
    this.#record.clear(KEPT_BYTES);
    this.#database = 0;
  }
}
