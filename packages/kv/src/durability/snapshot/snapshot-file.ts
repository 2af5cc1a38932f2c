import type { Disk, DiskFile } from '../../disk/disk.js';
import { RecordBuffer } from '../../log/record-buffer.js';
import { createRecordFile } from '../../log/record-file.js';
import type { RecordWriter } from '../../log/record-writer.js';
import { snapshotName, temporaryName } from '../folder/file-names.js';

/** What is written is synced in portions of this size: else the kernel would some day make a write wait for all of it. */
const PORTION_BYTES = 32 * 1024 * 1024;

/**
 * A snapshot's file while it is written: it has another name until it is whole, so that what has the name of a snapshot always is one.
 * Whoever makes it ends it, by `settle`, `settleNow` or `abandon`.
 */
export class SnapshotFile {
  readonly #disk: Disk;
  readonly #name: string;
  readonly #temporaryName: string;
  readonly #file: DiskFile;
  readonly #writer: RecordWriter;
  readonly #portionBytes: number;
  readonly #record = new RecordBuffer();
  #synced = 0;
  #isSyncing = false;
  #error: NodeJS.ErrnoException | undefined;
  /** What waits for the end of the sync that is under way: the file may not be closed before. */
  #whenIdle: (() => void) | undefined;

  /**
   * One that will be settled at once is not to be synced in portions: of two syncs at a time only one is told of an error.
   * Errors: those of the disk; then there is no such file.
   */
  constructor(disk: Disk, number: number, lineage: Buffer, portionBytes = PORTION_BYTES) {
    this.#disk = disk;
    this.#name = snapshotName(number);
    this.#temporaryName = temporaryName(number);
    this.#portionBytes = portionBytes;
    if (disk.list().includes(this.#temporaryName)) disk.remove(this.#temporaryName);
    this.#writer = createRecordFile(disk, this.#temporaryName, { kind: 'snapshot', number, lineage });
    this.#file = this.#writer.file;
  }

  get bytes(): number {
    return this.#writer.position;
  }

  /** Whether the disk cannot keep up: it is better to wait than to have the kernel make a write wait. */
  get isBehind(): boolean {
    return this.#isSyncing && this.#unsynced >= 2 * this.#portionBytes;
  }

  /** Writes one record. Errors: those of the disk, also of a sync before. */
  append(payload: Buffer): void {
    if (this.#error !== undefined) throw this.#error;
    this.#record.clear();
    this.#record.raw(payload);
    this.#writer.append(this.#record, this.#synced);
    if (!this.#isSyncing && this.#unsynced >= this.#portionBytes) this.#sync();
  }

  /** Makes it last, and gives it its name. `done` is called later, with what went wrong: then the file is still to be abandoned. */
  settle(done: (error: NodeJS.ErrnoException | undefined) => void): void {
    this.#idle(() => {
      this.#whenIdle = () => done(this.#error ?? attempt(() => this.#publish()));
      this.#sync();
    });
  }

  /** The same at once. Errors: those of the disk; then the file is still to be abandoned. */
  settleNow(): void {
    if (this.#error !== undefined) throw this.#error;
    this.#file.syncNow();
    this.#publish();
  }

  /** Closes and removes it, as well as that is possible: what is left of it is removed at the next start. */
  abandon(): void {
    this.#idle(() => {
      attempt(() => this.#file.close());
      attempt(() => this.#disk.discard(this.#temporaryName));
    });
  }

  get #unsynced(): number {
    return this.#writer.position - this.#synced;
  }

  #publish(): void {
    this.#disk.rename(this.#temporaryName, this.#name);
    this.#disk.syncFolder();
    // Not before: a file that could not be renamed is closed when it is abandoned.
    this.#idle(() => this.#file.close());
  }

  #sync(): void {
    const { position } = this.#writer;
    this.#isSyncing = true;
    this.#file.sync((error) => {
      this.#isSyncing = false;
      if (error === null) this.#synced = position;
      else this.#error ??= error;
      const action = this.#whenIdle;
      this.#whenIdle = undefined;
      action?.();
    });
  }

  #idle(action: () => void): void {
    if (this.#isSyncing) this.#whenIdle = action;
    else action();
  }
}

/** What goes wrong with it. */
function attempt(action: () => void): NodeJS.ErrnoException | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
