import { EffectWriter } from '../log/effect-writer.js';
import { RecordBuffer } from '../log/record-buffer.js';
import { writeClosing, writeEmpty } from '../log/record-kind.js';
import type { RecordWriter } from '../log/record-writer.js';
import type { Arguments } from '../protocol/request.js';
import type { FsyncPolicy } from '../server/durability.js';
import type { TimerHandle, Timers } from '../server/timers.js';

/** With `everysec`, changes are synced once in so long. */
const SYNC_PERIOD_MS = 1000;
/** With `everysec`, clients wait while a sync takes longer than this: so no more than this is ever at stake. */
const MAX_SYNC_MS = 2000;
/** A disk that takes nothing is tried again so often. */
const RETRY_MS = 100;
/** So much is written though the turn goes on: memory that is touched once costs more than a write(2). */
const LARGE_BATCH_BYTES = 1024 * 1024;

/** Whom the journal tells. */
export interface JournalOwner {
  /** There is something to write: `write` is to be called before anything leaves this process, and before the turn ends. */
  wake(): void;
  /** A sync has begun, which Node's own loop tells the end of. */
  onSync(end: Promise<void>): void;
  /** All records up to this one would survive a power loss. */
  onSafe(record: number): void;
  /** The disk takes nothing; it is tried again until `onWritable` is called. */
  onWriteFailed(error: NodeJS.ErrnoException): void;
  onWritable(): void;
  /** What the disk has is not known any more, and no later sync could be believed: the kernel may have dropped what it could not write. */
  onSyncFailed(error: NodeJS.ErrnoException): void;
}

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
  /** Syncs off this thread that have ended, and how long they took together. */
  syncs = 0;
  syncMs = 0;
  /** Seconds in which a sync took so long that clients waited for it. */
  delayedSyncs = 0;
  readonly #owner: JournalOwner;
  readonly #timers: Timers;
  readonly #ticks: TimerHandle;
  #writer: RecordWriter;
  /** How much of the file is synced; and how much of that a record behind it says so of. */
  #synced: number;
  #certified: number;
  /** What is collected; and another one, for what has to wait for the next record. */
  #effects = new EffectWriter(new RecordBuffer());
  #spare = new EffectWriter(new RecordBuffer());
  /** Where in the record the last command ends that is complete, and the database that it was for. */
  #complete = 0;
  #database = 0;
  #isAwake = false;
  /** Why the last write has failed, while there is more to write. */
  #writeError: NodeJS.ErrnoException | undefined;
  #isLost = false;
  #isClosed = false;
  /** Since when a sync is under way, in ms of `performance`; undefined without one. */
  #syncingSinceMs: number | undefined;

  /** `writer` stands at the end of a file that is synced as a whole. */
  constructor(writer: RecordWriter, timers: Timers, owner: JournalOwner) {
    this.#writer = writer;
    this.#synced = writer.position;
    this.#certified = writer.position;
    this.#timers = timers;
    this.#owner = owner;
    this.#ticks = timers.every(SYNC_PERIOD_MS, () => this.#tick());
  }

  /** The record that what was noted last will be in, or is in. Whoever tells of it waits until that one is safe. */
  get current(): number {
    return this.#effects.record.isEmpty ? this.written : this.written + 1;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#writer.position;
  }

  get bufferedBytes(): number {
    return this.#effects.record.payloadBytes;
  }

  /** Whether the disk takes nothing at present. */
  get isFull(): boolean {
    return this.#writeError !== undefined;
  }

  /** Whether a sync has failed: nothing is written any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get isSyncing(): boolean {
    return this.#syncingSinceMs !== undefined;
  }

  /** Whether a sync takes so long that nobody may rely on the next one. */
  get isLate(): boolean {
    return this.#syncingSinceMs !== undefined && performance.now() - this.#syncingSinceMs > MAX_SYNC_MS;
  }

  /** Takes what a command has changed. */
  note(database: number, effect: Arguments): void {
    this.#effects.write(database, effect);
  }

  /** What was noted since the last call goes into one record. */
  commit(): void {
    const { record } = this.#effects;
    if (record.isEmpty) return;
    this.#complete = record.end;
    this.#database = this.#effects.database;
    if (record.end > LARGE_BATCH_BYTES && !this.isFull) this.write();
    else if (!this.#isAwake) this.#wake();
  }

  /** Writes what is complete, and with `always` has it synced. */
  write(): void {
    this.#isAwake = false;
    if (this.#complete > 0 && !this.isFull && !this.#isLost && !this.#isClosed) this.#tryToWrite();
    if (this.policy === 'always') this.sync();
  }

  /** Begins to sync what is written, unless that is done or a sync is under way. */
  sync(): void {
    if (this.#syncingSinceMs !== undefined || this.#isLost || this.#isClosed || this.safe === this.written) return;
    const { written } = this;
    const { file, position } = this.#writer;
    const sinceMs = performance.now();
    this.#syncingSinceMs = sinceMs;
    const ended = (error: NodeJS.ErrnoException | null): void => {
      this.#syncingSinceMs = undefined;
      this.syncs++;
      this.syncMs += performance.now() - sinceMs;
      const isCurrent = file === this.#writer.file && !this.#isClosed;
      if (!isCurrent) file.close();
      if (error !== null) this.#lose(error);
      else this.#secured(written, isCurrent ? position : this.#synced);
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
   * After a sync that has failed the last file is left as it is, and nothing is written until `renew` is called.
   */
  goOnIn(next: RecordWriter, number: number): void {
    if (!this.#isLost) this.#end(number);
    this.#replace(next);
  }

  /** A snapshot has made good what a failed sync has put in doubt: what was collected until it began, and since then, need not be written. */
  renew(): void {
    if (!this.#isLost) return;
    this.written = this.current;
    this.#effects.record.clear();
    this.#complete = 0;
    this.#isLost = false;
    this.#secured(this.written, this.#synced);
  }

  /** Writes and syncs what there is, on this thread. Error: NodeJS.ErrnoException. */
  close(): void {
    this.#ticks.cancel();
    try {
      if (this.#isLost) return;
      if (this.#complete > 0) this.#append();
      this.#writer.file.syncNow();
      this.#secured(this.written, this.#writer.position);
      if (this.#certified < this.#synced) this.#certify();
    } finally {
      this.#isClosed = true;
      this.#retire();
    }
  }

  #replace(next: RecordWriter): void {
    this.#retire();
    this.#writer = next;
    this.#synced = next.position;
    this.#certified = next.position;
  }

  /** Closes the file; if it is being synced, when that is done: its number must not become another file's meanwhile. */
  #retire(): void {
    if (this.#syncingSinceMs === undefined) this.#writer.file.close();
  }

  #wake(): void {
    this.#isAwake = true;
    this.#owner.wake();
  }

  #tryToWrite(): void {
    try {
      this.#append();
    } catch (error) {
      this.#writeError = error as NodeJS.ErrnoException;
      this.#timers.after(RETRY_MS, () => this.#retry());
      this.#owner.onWriteFailed(this.#writeError);
    }
  }

  /** A command that has begun and not ended stays behind: its effects are one, or none. */
  #append(): void {
    const effects = this.#effects;
    if (effects.record.end > this.#complete) this.#spare.takeFrom(effects, this.#complete, this.#database);
    this.#put(effects.record);
    effects.record.clear();
    this.#effects = this.#spare;
    this.#spare = effects;
    this.#complete = 0;
    this.written++;
  }

  #put(record: RecordBuffer): void {
    this.#writer.append(record, this.#synced);
    this.#certified = this.#synced;
  }

  /**
   * Says of the last records that they are synced, while nothing else comes that would: else damage to them could not be told from what
   * a crash leaves behind. This record itself need not be safe.
   */
  #certify(): void {
    const record = new RecordBuffer();
    writeEmpty(record);
    try {
      this.#put(record);
    } catch {
      // A full disk is told of when there is something to lose.
    }
  }

  #retry(): void {
    if (this.#isLost || this.#isClosed) return;
    try {
      if (this.#complete > 0) this.#append();
    } catch {
      // As before: who has been told of the first error need not be told of each.
      this.#timers.after(RETRY_MS, () => this.#retry());
      return;
    }
    this.#writeError = undefined;
    this.#owner.onWritable();
    this.write();
  }

  #end(next: number): void {
    if (this.#complete > 0) this.write();
    if (this.#writeError !== undefined) throw this.#writeError;
    const record = new RecordBuffer();
    writeClosing(record, next);
    this.#put(record);
    try {
      this.#writer.file.syncNow();
    } catch (error) {
      this.#lose(error as NodeJS.ErrnoException);
      throw error;
    }
    this.#secured(this.written, this.#writer.position);
  }

  #secured(record: number, position: number): void {
    this.#synced = Math.max(this.#synced, position);
    this.safe = Math.max(this.safe, record);
    this.#owner.onSafe(this.safe);
    // What has come meanwhile is synced when the turn ends that sends what is free now: until then more may come.
    if (this.safe < this.written && this.policy === 'always') this.#wake();
  }

  #lose(error: NodeJS.ErrnoException): void {
    this.#isLost = true;
    this.#owner.onSyncFailed(error);
  }

  #tick(): void {
    if (this.isLate && this.safe < this.written) this.delayedSyncs++;
    if (this.policy === 'everysec') this.sync();
    const isIdle = this.safe === this.written && this.#effects.record.isEmpty && !this.isFull && !this.#isLost;
    if (isIdle && this.#certified < this.#synced) this.#certify();
  }
}
