import { EffectWriter } from '../log/effect-writer.js';
import { RecordBuffer } from '../log/record-buffer.js';
import type { Arguments } from '../protocol/request.js';

/** So much is written though the turn goes on: memory that is touched once costs more than a write(2). */
const LARGE_BYTES = 1024 * 1024;

/**
 * What commands have changed since the last record was written: the effects of those that are complete, and behind them those of one that has
 * begun. That one stays behind when a record is written: its effects are one, or none.
 */
export class EffectBatch {
  #effects: EffectWriter;
  /** For what has to wait for the next record. */
  #spare: EffectWriter;
  /** Where in the record the last command ends that is complete, and the database that it was for. */
  #complete = 0;
  #database = 0;

  constructor(maxRecordBytes?: number) {
    this.#effects = new EffectWriter(new RecordBuffer(maxRecordBytes));
    this.#spare = new EffectWriter(new RecordBuffer(maxRecordBytes));
  }

  /** Whether it is better written now than when the turn ends. */
  get isLarge(): boolean {
    return this.bytes > LARGE_BYTES;
  }

  get isEmpty(): boolean {
    return this.#effects.record.isEmpty;
  }

  /** Whether there is something to write. */
  get isComplete(): boolean {
    return this.#complete > 0;
  }

  get bytes(): number {
    return this.#effects.record.payloadBytes;
  }

  /** Error: RangeError, if it does not fit into a record any more; then the last command is to be dropped. */
  add(database: number, effect: Arguments): void {
    this.#effects.write(database, effect);
  }

  /** The last command is complete. */
  complete(): void {
    this.#complete = this.#effects.record.end;
    this.#database = this.#effects.database;
  }

  /** Has what is complete written: the record as far as that goes. Whatever `put` throws; then all is as it was. */
  write(put: (record: RecordBuffer, end: number) => void): void {
    const effects = this.#effects;
    put(effects.record, this.#complete);
    if (effects.record.end > this.#complete) this.#spare.takeFrom(effects, this.#complete, this.#database);
    effects.record.clear();
    this.#effects = this.#spare;
    this.#spare = effects;
    this.#complete = 0;
  }

  /** Forgets the command that has begun. */
  dropLast(): void {
    if (this.isComplete) this.#effects.record.truncate(this.#complete);
    else this.clear();
  }

  clear(): void {
    this.#effects.record.clear();
    this.#complete = 0;
  }
}
