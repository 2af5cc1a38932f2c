import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, readdirSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EdgeloopError, lockFile } from '@edgeloop/reactor';
import type { Disk, DiskFile } from './disk.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_DIRECTORY, O_RDWR } = constants;
/** The data is the server's alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const LOCK = 'lock';

/** A folder of the file system, locked for this process. */
export class NodeDisk implements Disk {
  readonly folder: string;
  readonly #descriptor: number;
  readonly #lock: number;

  /** Makes the folder if there is none. Errors: EL_STORE_LOCKED, EL_STORE_FAILED. */
  static open(folder: string): NodeDisk {
    return new NodeDisk(resolve(folder));
  }

  private constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
      this.#descriptor = openSync(folder, O_RDONLY | O_DIRECTORY);
      this.#lock = openSync(join(folder, LOCK), O_RDWR | O_CREAT | O_NOFOLLOW, FILE_MODE);
    } catch (error) {
      throw new EdgeloopError('EL_STORE_FAILED', `the data folder ${folder} cannot be used: ${(error as Error).message}`, { cause: error });
    }
    if (lockFile(this.#lock)) return;
    this.close();
    throw new EdgeloopError('EL_STORE_LOCKED', `the data folder ${folder} is in use by another process: each server needs a folder of its own`);
  }

  list(): string[] {
    return readdirSync(this.folder);
  }

  open(name: string): DiskFile {
    return new NodeFile(name, openSync(join(this.folder, name), O_RDWR | O_NOFOLLOW));
  }

  create(name: string): DiskFile {
    return new NodeFile(name, openSync(join(this.folder, name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE));
  }

  rename(from: string, to: string): void {
    renameSync(join(this.folder, from), join(this.folder, to));
  }

  remove(name: string): void {
    unlinkSync(join(this.folder, name));
  }

  syncFolder(): void {
    fsyncSync(this.#descriptor);
  }

  /** Gives the lock back. */
  close(): void {
    closeSync(this.#descriptor);
    closeSync(this.#lock);
  }
}

class NodeFile implements DiskFile {
  readonly name: string;
  readonly #descriptor: number;

  constructor(name: string, descriptor: number) {
    this.name = name;
    this.#descriptor = descriptor;
  }

  size(): number {
    return fstatSync(this.#descriptor).size;
  }

  read(target: Uint8Array, position: number): number {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.#descriptor, target, done, target.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    for (let done = 0; start + done < end; ) done += writeSync(this.#descriptor, bytes, start + done, end - start - done, position + done);
  }

  truncate(size: number): void {
    ftruncateSync(this.#descriptor, size);
  }

  sync(done: (error: NodeJS.ErrnoException | null) => void): void {
    fdatasync(this.#descriptor, done);
  }

  syncNow(): void {
    fdatasyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
