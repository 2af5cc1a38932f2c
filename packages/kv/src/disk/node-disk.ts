import { closeSync, constants, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, realpathSync, renameSync, unlink, unlinkSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EdgeloopError, lockFile } from '@edgeloop/reactor';
import type { Disk, DiskFile } from './disk.js';
import { NodeFile, naming } from './node-file.js';
import { storeFailed } from './store-failed.js';

/** Close-on-exec is set by libuv. */
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;
/** The data is the server's alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const LOCK = 'lock';

/** A folder of the file system that only this process may use. Owns the folder's descriptor and the lock; both go with `close`. */
export class NodeDisk implements Disk {
  readonly folder: string;
  readonly #descriptor: number;
  readonly #lock: number;

  /** Makes the folder if there is none. Errors: EL_STORE_LOCKED, EL_STORE_FAILED. */
  static open(folder: string): NodeDisk {
    return opened(folder, () => makeFolder(resolve(folder)));
  }

  /** A folder that is there: for who only looks, and must not take a misspelt name for an empty store. Errors: as for `open`. */
  static openExisting(folder: string): NodeDisk {
    return opened(folder, () => {});
  }

  /** Errors: EL_STORE_LOCKED; NodeJS.ErrnoException and SystemError. */
  constructor(folder: string) {
    // A symbolic link that is turned elsewhere later must not lead to a folder that another process has locked.
    this.folder = realpathSync(folder);
    this.#descriptor = openSync(this.folder, O_RDONLY | O_DIRECTORY);
    try {
      this.#lock = lockedFile(this.folder);
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  list(): string[] {
    return readdirSync(this.folder);
  }

  open(name: string): DiskFile {
    return this.#opened(name, O_RDWR | O_NOFOLLOW);
  }

  create(name: string): DiskFile {
    return this.#opened(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
  }

  rename(from: string, to: string): void {
    renameSync(join(this.folder, from), join(this.folder, to));
  }

  remove(name: string): void {
    unlinkSync(join(this.folder, name));
  }

  discard(name: string): void {
    unlink(join(this.folder, name), () => {});
  }

  syncFolder(): void {
    naming(this.folder, () => fsyncSync(this.#descriptor));
  }

  /** Lets other processes have the folder. */
  close(): void {
    closeSync(this.#descriptor);
    closeSync(this.#lock);
  }

  #opened(name: string, flags: number): NodeFile {
    const path = join(this.folder, name);
    return new NodeFile(name, path, openSync(path, flags, FILE_MODE));
  }
}

function opened(folder: string, prepare: () => void): NodeDisk {
  try {
    prepare();
    return new NodeDisk(folder);
  } catch (error) {
    throw storeFailed(resolve(folder), error);
  }
}

/**
 * Makes a folder that outlives a power loss: each that is new is a name in the one above, and that has to be synced. Not by mkdirSync's
 * `recursive`, which goes round for ever where a folder that is there answers ENOENT, as /proc does.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  makeFolder(above);
  mkdirSync(folder, FOLDER_MODE);
  const descriptor = openSync(above, O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The lock is the kernel's, and goes with the process. The file stays, with the number of the process that had it last. */
function lockedFile(folder: string): number {
  const path = join(folder, LOCK);
  const descriptor = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, FILE_MODE);
  try {
    if (!lockFile(descriptor)) throw locked(folder, readFileSync(descriptor, 'latin1'));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  noteProcess(descriptor);
  return descriptor;
}

/** For whoever is refused. A full disk has no room for it, and is no reason not to serve what is there. */
function noteProcess(descriptor: number): void {
  try {
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, `${process.pid}\n`, 0);
  } catch {
    // Then the message names no process.
  }
}

function locked(folder: string, note: string): EdgeloopError {
  const [, pid] = /^([1-9][0-9]*)\n$/.exec(note) ?? [];
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new EdgeloopError('EL_STORE_LOCKED', `the data folder ${folder} is in use by ${who}; stop it, or give this one a folder of its own`);
}
