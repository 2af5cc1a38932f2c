import type { Arguments } from '../protocol/request.js';
import type { RecordBuffer } from './record-buffer.js';
import { EFFECTS } from './record-kind.js';

/**
 * Writes effects, requests that change data, into a record: the number of arguments, then each with its length. A number of 0 says
 * that the next effects are for another database, whose number follows. Each record begins with database 0.
 */
export class EffectWriter {
  readonly record: RecordBuffer;
  #database = 0;

  constructor(record: RecordBuffer) {
    this.record = record;
  }

  /** What the effect that came last was for. */
  get database(): number {
    return this.#database;
  }

  /** Adds one. After the record was cleared a new one begins. */
  write(database: number, effect: Arguments): void {
    const { record } = this;
    if (record.isEmpty) this.#begin();
    if (database !== this.#database) this.#select(database);
    const { source, count, starts, ends } = effect;
    record.varint(count);
    for (let i = 0; i < count; i++) record.string(source, starts[i], ends[i]);
  }

  /** Takes over what another one has written from `start` of its record on, where the effects were for this database. This one's record is empty. */
  takeFrom(other: EffectWriter, start: number, database: number): void {
    this.#begin();
    if (database !== 0) this.#select(database);
    this.record.raw(other.record.bytes, start, other.record.end);
    this.#database = other.#database;
    other.record.truncate(start);
  }

  #begin(): void {
    this.record.byte(EFFECTS);
    this.#database = 0;
  }

  #select(database: number): void {
    this.record.byte(0);
    this.record.varint(database);
    this.#database = database;
  }
}
