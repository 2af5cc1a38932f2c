import type { RecordBuffer } from '../log/record-buffer.js';
import { closingRecord, emptyRecord } from '../log/record-kind.js';
import type { RecordWriter } from '../log/record-writer.js';
import type { Arguments } from '../protocol/request.js';
import { isWantOfRoom } from '../disk/store-failed.js';
import type { FsyncPolicy } from '../server/durability.js';
import type { TimerHandle, Timers } from '../server/timers.js';
import { EffectBatch } from './effect-batch.js';
import { Gathering } from './gathering.js';
import type { JournalOwner } from './journal-owner.js';
import { SyncMeter } from './sync-meter.js';

/** Changes are synced once in so long, if not before: that is `everysec`. */
const SYNC_PERIOD_MS = 1000;
/** A disk that takes nothing is tried again so often. */
const RETRY_MS = 100;

/**
 * The end of the log: collects what commands change, writes it in one record a turn, and has it synced by the policy. One sync runs
 * at a time, off this thread, and covers all that was written before it began: those who wait for it wait together
 * (group commit: DeWitt et al. 1984).
 *
 * Records are numbered from 1 on since the start of the process, whatever file they are in. Owns the file.
 */
export class Journal {
  policy: FsyncPolicy = 'everysec';
  /** The last record that is in the file, and the last one that is safe. */
  written = 0;
  safe = 0;
  readonly syncs = new SyncMeter();
  /** Whether a write or a sync has failed for good, or, overfull, more has changed at once than a record can hold: nothing is written any more. */
  isLost = false;
  isOverfull = false;
  readonly #owner: JournalOwner;
  readonly #timers: Pick<Timers, 'every'>;
  readonly #ticks: TimerHandle;
  #writer: RecordWriter;
  /** How much of the file is synced; and how much of that a record behind it says so of. */
  #synced: number;
  #certified: number;
  readonly #batch: EffectBatch;
  #isAwake = false;
  /** Why the last write has failed, while there is more to write. */
  #full: { readonly error: NodeJS.ErrnoException; readonly retries: TimerHandle } | undefined;
  /** The present file was begun after the log was lost. */
  #isBegunAnew = false;
  #isClosed = false;
  /** With `always`: who comes before the next sync begins. */
  readonly #gathering = new Gathering();
  /** The last record of the file before, if that was being synced when it ended. */
  #ended = 0;

  /** `writer` stands at the end of a file that is synced as a whole. */
  constructor(writer: RecordWriter, timers: Pick<Timers, 'every'>, owner: JournalOwner, maxRecordBytes?: number) {
    this.#batch = new EffectBatch(maxRecordBytes);
    this.#writer = writer;
    this.#synced = writer.position;
    this.#certified = writer.position;
    this.#timers = timers;
    this.#owner = owner;
    this.#ticks = timers.every(SYNC_PERIOD_MS, () => this.#tick());
  }

  /** The record that what was noted last will be in, or is in. Whoever tells of it waits until that one is safe. */
  get current(): number {
    return this.#batch.isEmpty && !this.isLost ? this.written : this.written + 1;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#writer.position;
  }

  get bufferedBytes(): number {
    return this.#batch.bytes;
  }

  /** Whether the disk takes nothing at present. */
  get isFull(): boolean {
    return this.#full !== undefined;
  }

  /** Whether a sync takes so long that nobody may rely on the next one, or there is something that no sync will ever cover. */
  get isLate(): boolean {
    return this.isOverfull || this.syncs.isLate;
  }

  /** Takes what a command has changed. */
  note(database: number, effect: Arguments): void {
    if (this.isLost) return;
    try {
      this.#batch.add(database, effect);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#overflow();
    }
  }

  /** What was noted since the last call goes into one record. */
  commit(): void {
    if (this.#batch.isEmpty) return;
    this.#batch.complete();
    if (this.#batch.isLarge && !this.isFull) this.write();
    else if (!this.#isAwake) this.#wake();
  }

  /** Writes what is complete, and with `always` has it synced soon. */
  write(): void {
    const { written } = this;
    this.#isAwake = false;
    if (this.#batch.isComplete && !this.isFull && !this.isLost && !this.#isClosed) this.#tryToWrite();
    if (this.policy !== 'always' || !this.#isSyncDue) return;
    if (this.#gathering.isOver(this.written > written)) this.sync();
    else this.#wake();
  }

  /** Begins to sync what is written, unless that is done or a sync is under way. */
  sync(): void {
    if (!this.#isSyncDue) return;
    const { written } = this;
    const { file, position } = this.#writer;
    this.syncs.begin();
    this.#gathering.end(written - this.safe);
    const ended = (error: NodeJS.ErrnoException | null): void => {
      this.syncs.end();
      const isCurrent = file === this.#writer.file && !this.#isClosed;
      if (!isCurrent) file.close();
      if (error !== null) this.#lose(error);
      else if (isCurrent) this.#secured(written, position);
      else this.#secured(Math.max(written, this.#ended), this.#synced);
    };
    this.#owner.onSync(new Promise((resolve) => file.sync((error) => {
      resolve();
      ended(error);
    })));
  }

  /**
   * Goes on in another file, which is empty and synced and has this number. The last one ends, is synced on this thread and closed: to be
   * called when little is left to sync. Errors: those of the disk; then the journal stays where it is.
   *
   * When the last file is lost it is left as it is, and nothing is written until `renew` is called.
   */
  goOnIn(next: RecordWriter, number: number): void {
    if (this.#batch.isComplete) this.write();
    if (this.isLost) this.#isBegunAnew = true;
    else this.#end(number);
    this.#retire();
    this.#writer = next;
    this.#synced = next.position;
    this.#certified = next.position;
  }

  /**
   * A snapshot of what was there when the present file was begun is whole. If the log was lost before, that is made good; one that was begun
   * before the loss has not seen all of it, and makes nothing good.
   */
  renew(): void {
    if (!this.#isBegunAnew) return;
    this.written = this.current;
    this.isLost = false;
    this.isOverfull = false;
    this.#isBegunAnew = false;
    this.#secured(this.written, this.#synced);
  }

  /** Writes and syncs what there is, on this thread. Error: NodeJS.ErrnoException. */
  close(): void {
    this.#ticks.cancel();
    this.#endRetries();
    try {
      if (this.isLost) return;
      if (this.#batch.isComplete) this.#append();
      this.#writer.file.syncNow();
      this.#secured(this.written, this.#writer.position);
      if (this.#certified < this.#synced) this.#certify();
    } finally {
      this.#isClosed = true;
      this.#retire();
    }
  }

  get #isSyncDue(): boolean {
    return !this.syncs.isUnderWay && !this.isLost && !this.#isClosed && this.safe < this.written;
  }

  /** Closes the file; if it is being synced, when that is done: its number must not become another file's meanwhile. */
  #retire(): void {
    if (!this.syncs.isUnderWay) this.#writer.file.close();
  }

  #wake(): void {
    this.#isAwake = true;
    this.#owner.wake();
  }

  #tryToWrite(): boolean {
    try {
      this.#append();
      return true;
    } catch (error) {
      this.#writeFailed(error as NodeJS.ErrnoException);
      return false;
    }
  }

  #writeFailed(error: NodeJS.ErrnoException): void {
    if (!isWantOfRoom(error)) return this.#lose(error);
    // Who has been told of the first error need not be told of each.
    if (this.isFull) return;
    this.#full = { error, retries: this.#timers.every(RETRY_MS, () => this.#retry()) };
    this.#owner.onWriteFailed(error);
  }

  #append(): void {
    this.#batch.write(this.#put);
    this.written++;
  }

  readonly #put = (record: RecordBuffer, end?: number): void => {
    this.#writer.append(record, this.#synced, end);
    this.#certified = this.#synced;
  };

  /**
   * Says of the last records that they are synced, while nothing else comes that would: else damage to them could not be told from what
   * a crash leaves behind. This record itself need not be safe.
   */
  #certify(): void {
    try {
      this.#put(emptyRecord());
    } catch {
      // A full disk is told of when there is something to lose.
    }
  }

  #retry(): void {
    if (this.#batch.isComplete && !this.#tryToWrite()) return;
    this.#endRetries();
    this.#owner.onWritable();
    this.write();
  }

  #endRetries(): void {
    this.#full?.retries.cancel();
    this.#full = undefined;
  }

  #end(next: number): void {
    if (this.#full !== undefined) throw this.#full.error;
    this.#put(closingRecord(next));
    try {
      this.#writer.file.syncNow();
    } catch (error) {
      this.#lose(error as NodeJS.ErrnoException);
      throw error;
    }
    // Of two syncs at a time only one is told of an error, so the one under way has to succeed as well.
    if (this.syncs.isUnderWay) this.#ended = this.written;
    else this.#secured(this.written, this.#writer.position);
  }

  #secured(record: number, position: number): void {
    this.#synced = Math.max(this.#synced, position);
    this.safe = Math.max(this.safe, record);
    this.#owner.onSafe(this.safe);
    // What has come meanwhile is synced when the turn ends that sends what is free now: until then more may come.
    if (this.safe < this.written && this.policy === 'always') this.#wake();
  }

  #lose(error: NodeJS.ErrnoException): void {
    if (this.isLost && !this.isOverfull) return;
    this.#giveUp();
    this.isOverfull = false;
    this.#owner.onLost(error);
  }

  /** A part of a record would be half a transaction. What was complete before it began is written, if that is possible. */
  #overflow(): void {
    this.#batch.dropLast();
    this.write();
    if (this.isLost) return;
    this.#giveUp();
    this.isOverfull = true;
    this.#owner.onOverfull();
  }

  #giveUp(): void {
    this.isLost = true;
    this.#endRetries();
    this.#batch.clear();
  }

  #tick(): void {
    if (this.safe < this.written) this.syncs.noteDelay();
    if (this.policy !== 'no') this.sync();
    const isIdle = this.safe === this.written && this.#batch.isEmpty && !this.isFull && !this.isLost;
    if (isIdle && this.#certified < this.#synced) this.#certify();
  }
}
