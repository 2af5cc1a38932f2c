import type { DiskFile } from '../disk/disk.js';
import type { RecordBuffer } from './record-buffer.js';

/** Writes records to a file, one behind the other. The file stays its owner's, who syncs and closes it. */
export class RecordWriter {
  readonly file: DiskFile;
  readonly #salt: number;
  #position: number;
  /** There may be a part of a record behind the last whole one. */
  #hasRemains = false;

  /** Begins at `position`; nothing may stand behind it. */
  constructor(file: DiskFile, salt: number, position: number) {
    this.file = file;
    this.#salt = salt;
    this.#position = position;
  }

  /** Where the next record goes: the end of the file. */
  get position(): number {
    return this.#position;
  }

  /**
   * Writes one record, or as much of it as stands before `end`. The file is known to be synced up to `synced`, which later proves that what
   * stands before was whole once.
   * Error: that of the disk. Then the file is as it was, nothing of the record counts, and the next try begins at the same place.
   */
  append(record: RecordBuffer, synced: number, end = record.end): void {
    if (this.#hasRemains) this.#cutRemains();
    record.seal(this.#salt, this.#position, synced, end);
    this.#hasRemains = true;
    try {
      this.file.write(record.bytes, 0, end, this.#position);
    } catch (error) {
      this.#tryToCutRemains();
      throw error;
    }
    this.#hasRemains = false;
    this.#position += end;
  }

  #cutRemains(): void {
    this.file.truncate(this.#position);
    this.#hasRemains = false;
  }

  /** If that fails as well, the remains are a torn record for whoever reads the file, and go before the next one is written. */
  #tryToCutRemains(): void {
    try {
      this.#cutRemains();
    } catch {
      // The error of the write, which came first, says more.
    }
  }
}
