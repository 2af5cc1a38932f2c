/**
 * What the store needs of a file system, and no more: a test can stand in for it, remember what was synced, and fail.
 *
 * All names are those of files in one folder. Errors: NodeJS.ErrnoException with the `code` of the system call.
 */
export interface Disk {
  /** Where it is, for messages. */
  readonly folder: string;
  /** The names of its files, in no order. */
  list(): string[];
  /** Opens a file that is there, for reading and writing. A symbolic link is not followed: ELOOP. */
  open(name: string): DiskFile;
  /** Makes a file that must not be there: EEXIST. */
  create(name: string): DiskFile;
  /** Gives a file another name, in the place of one that has it. Lasting after `syncFolder`, as are creation and removal. */
  rename(from: string, to: string): void;
  remove(name: string): void;
  /**
   * Removes a file, off this thread and at some time: of a large one the kernel has a lot to give back, a tenth of a second and more for 1 GB.
   * If that fails, the file stays.
   */
  discard(name: string): void;
  /** Makes the names last: fsync(2) of the folder. */
  syncFolder(): void;
}

/** An open file. It is read and written by position; the owner closes it. */
export interface DiskFile {
  readonly name: string;
  /** Bytes. */
  size(): number;
  /** Reads into all of `target`, and returns how many bytes there were. */
  read(target: Uint8Array, position: number): number;
  /** Writes `bytes[start, end)`, all of it: a short write is followed by the next one, until one fails. Then the file may have a part of it. */
  write(bytes: Uint8Array, start: number, end: number, position: number): void;
  truncate(size: number): void;
  /** Makes the contents last, as fdatasync(2) does, off this thread; `done` is called later, in a task of its own. */
  sync(done: (error: NodeJS.ErrnoException | null) => void): void;
  /** The same at once, on this thread. */
  syncNow(): void;
  close(): void;
}
