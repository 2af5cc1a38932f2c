import type { Disk } from '../disk/disk.js';
import type { RecordWriter } from '../log/record-writer.js';
import { createRecordFile } from '../log/record-file.js';
import { logName } from './folder/file-names.js';
import type { Journal } from './journal.js';

/**
 * The change from one log to the next, which is where a snapshot begins. What takes the disk's time is done before and off this thread: the
 * next log is made and synced, and the present one is synced. Then there is little left to sync when the one ends and the other begins.
 *
 * The order is what recovery relies on: a log ends with a record that names the next one only when that is there for good, and nothing
 * is written to the next one before that record is synced.
 */
export class LogSuccession {
  readonly #disk: Disk;
  readonly #lineage: Buffer;
  readonly #journal: Journal;
  /** The number of the present log. */
  #number: number;
  #next: RecordWriter | undefined;
  /** What is to be called when the journal's record with this number is safe. */
  #awaited: { readonly record: number; readonly done: () => void } | undefined;

  constructor(disk: Disk, lineage: Buffer, journal: Journal, number: number) {
    this.#disk = disk;
    this.#lineage = lineage;
    this.#journal = journal;
    this.#number = number;
  }

  /** Does what takes time; `done` is called later, with the error of the disk if there was one, unless `goOn` is called before. */
  prepare(done: (error?: NodeJS.ErrnoException) => void): void {
    try {
      this.#next ??= this.#make(this.#number + 1);
    } catch (error) {
      return done(error as NodeJS.ErrnoException);
    }
    const next = this.#next;
    next.file.sync((error) => {
      // Somebody who could not wait has begun with it, or has given it up: whoever asked for it before has been overtaken.
      if (this.#next !== next) return;
      if (error !== null) {
        this.#drop();
        return done(error);
      }
      this.#awaited = { record: this.#journal.written, done };
      this.onSafe(this.#journal.safe);
    });
  }

  /** Ends the present log and goes on in the next one. Returns the number of that. Errors: those of the disk; then the present log goes on. */
  goOn(): number {
    this.#awaited = undefined;
    const number = this.#number + 1;
    const next = (this.#next ??= this.#make(number));
    try {
      next.file.syncNow();
      this.#disk.syncFolder();
    } catch (error) {
      this.#drop();
      throw error;
    }
    this.#journal.goOnIn(next, number);
    this.#next = undefined;
    this.#number = number;
    return number;
  }

  #make(number: number): RecordWriter {
    return createRecordFile(this.#disk, logName(number), { kind: 'log', number, lineage: this.#lineage });
  }

  /** The journal's records up to this one are safe. */
  onSafe(record: number): void {
    const awaited = this.#awaited;
    if (awaited === undefined) return;
    if (record < awaited.record && !this.#journal.isLost) return this.#journal.sync();
    this.#awaited = undefined;
    awaited.done();
  }

  /** Gives up the next log, if one was prepared. Where the present one is lost, it may have a record already that names the next one. */
  close(): void {
    this.#awaited = undefined;
    if (this.#journal.isLost) this.#next?.file.close();
    else this.#drop();
  }

  /** Another one is made the next time: what a failed sync has left of a file, no later sync would tell. */
  #drop(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.file.close();
    if (next !== undefined) this.#disk.remove(next.file.name);
  }
}
