import { randomBytes } from 'node:crypto';
import type { Disk, DiskFile } from '../../disk/disk.js';
import { encodeFileHeader } from '../../log/file-header.js';
import { RecordBuffer } from '../../log/record-buffer.js';
import { RecordWriter } from '../../log/record-writer.js';

/** What is written is synced in portions of this size: else the kernel would some day make a write wait for all of it. */
const PORTION_BYTES = 32 * 1024 * 1024;

/**
 * A snapshot's file while it is written: it has another name until it is whole, so that what has the name of a snapshot always is one.
 * Whoever makes it ends it, by `settle`, `settleNow` or `abandon`.
 */
export class SnapshotFile {
  readonly #disk: Disk;
  readonly #name: string;
  readonly #file: DiskFile;
  readonly #writer: RecordWriter;
  readonly #record = new RecordBuffer();
  #synced = 0;
  #isSyncing = false;
  #error: NodeJS.ErrnoException | undefined;
  /** What waits for the end of the sync that is under way: the file may not be closed before. */
  #whenIdle: (() => void) | undefined;

  /** Errors: those of the disk; then there is no such file. */
  constructor(disk: Disk, number: number, lineage: Buffer) {
    this.#disk = disk;
    this.#name = `snapshot-${number}`;
    if (disk.list().includes(this.#temporaryName)) disk.remove(this.#temporaryName);
    const salt = randomBytes(4).readUInt32LE();
    const header = encodeFileHeader({ kind: 'snapshot', number, lineage, salt });
    this.#file = disk.create(this.#temporaryName);
    this.#writer = new RecordWriter(this.#file, salt, header.length);
    try {
      this.#file.write(header, 0, header.length, 0);
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  get bytes(): number {
    return this.#writer.position;
  }

  /** Whether the disk cannot keep up: it is better to wait than to have the kernel make a write wait. */
  get isBehind(): boolean {
    return this.#isSyncing && this.#unsynced >= 2 * PORTION_BYTES;
  }

  /** Writes one record. Errors: those of the disk, also of a sync before. */
  append(payload: Buffer): void {
    if (this.#error !== undefined) throw this.#error;
    this.#record.clear();
    this.#record.raw(payload);
    this.#writer.append(this.#record, this.#synced);
    if (!this.#isSyncing && this.#unsynced >= PORTION_BYTES) this.#sync();
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

  get #temporaryName(): string {
    return `${this.#name}.tmp`;
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
