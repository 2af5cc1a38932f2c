import type { Arguments } from '../protocol/request.js';
import type { RecordBuffer } from './record-buffer.js';
import { EFFECTS } from './record-kind.js';

/**
 * Writes effects, requests that change data, into a record: the number of arguments, then each with its length. A number of 0 says
 * that the next effects are for another database, whose number follows. Each record begins with database 0.
 */
export class EffectWriter {
  readonly #record: RecordBuffer;
  #database = 0;

  constructor(record: RecordBuffer) {
    this.#record = record;
  }

  /** Adds one. After the record was cleared a new one begins. */
  write(database: number, effect: Arguments): void {
    const record = this.#record;
    if (record.isEmpty) this.#begin();
    if (database !== this.#database) this.#select(database);
    const { source, count, starts, ends } = effect;
    record.varint(count);
    for (let i = 0; i < count; i++) record.string(source, starts[i], ends[i]);
  }

  #begin(): void {
    this.#record.byte(EFFECTS);
    this.#database = 0;
  }

  #select(database: number): void {
    this.#record.byte(0);
    this.#record.varint(database);
    this.#database = database;
  }
}
