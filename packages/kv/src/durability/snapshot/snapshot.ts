import type { Dict } from '../../memory/dict.js';
import type { Capture } from '../../store/capture.js';
import type { Keyspace } from '../../store/keyspace.js';
import type { SnapshotFile } from './snapshot-file.js';
import { SnapshotWalk } from './snapshot-walk.js';
import { SnapshotWriter } from './snapshot-writer.js';

/**
 * One snapshot under way: it is the keyspace's capture until all is written, or until it is ended. What goes wrong with its file ends the
 * snapshot, and not the command that was about to change a key.
 */
export class Snapshot implements Capture {
  readonly file: SnapshotFile;
  readonly #keyspace: Keyspace;
  readonly #writer: SnapshotWriter;
  readonly #walk: SnapshotWalk;
  #error: NodeJS.ErrnoException | undefined;
  #isOver = false;

  constructor(keyspace: Keyspace, file: SnapshotFile) {
    this.file = file;
    this.#keyspace = keyspace;
    this.#writer = new SnapshotWriter(keyspace, (payload) => file.append(payload));
    this.#walk = new SnapshotWalk(keyspace, this.#writer);
    keyspace.capture = this;
  }

  /** Keys that have been written, and how many there are in all. */
  get keysDone(): number {
    return this.#writer.keys;
  }

  get keys(): number {
    return this.#walk.keys;
  }

  /** Writes what is no key: the source of a library of functions. Errors: those of the disk. */
  library(source: Uint8Array): void {
    this.#writer.library(source);
  }

  /**
   * Goes on until that time of `performance`, and returns whether there is more to do. Errors: those of the disk, also one that
   * came when a key was about to change.
   */
  slice(endMs: number): boolean {
    if (this.#error !== undefined) throw this.#error;
    if (this.#walk.slice(endMs)) return true;
    this.#writer.end();
    this.end();
    return false;
  }

  before(hash: number): void {
    if (this.#isOver) return;
    try {
      this.#walk.before(hash);
    } catch (error) {
      this.#error = error as NodeJS.ErrnoException;
      this.end();
    }
  }

  keep(dict: Dict): boolean {
    return !this.#isOver && this.#walk.keep(dict);
  }

  /** Ceases to watch the keyspace, and gives back what was kept of it. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#keyspace.capture = undefined;
    this.#walk.end();
  }
}
