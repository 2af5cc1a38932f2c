import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { DiskFile } from './disk.js';

/** libuv has no name for it: whether a disk is full, for this user, or fails is not the same. */
const { EDQUOT } = constants.errno;
/** The kernel takes a little less than 2 GiB at a time, and node:fs refuses more. */
const MAX_CALL_BYTES = 2 ** 30;

/** An open file of the file system. Calls that a signal interrupts are made again by libuv. */
export class NodeFile implements DiskFile {
  readonly name: string;
  readonly #path: string;
  readonly #descriptor: number;

  /** `path` is for messages. */
  constructor(name: string, path: string, descriptor: number) {
    this.name = name;
    this.#path = path;
    this.#descriptor = descriptor;
  }

  size(): number {
    return naming(this.#path, () => fstatSync(this.#descriptor).size);
  }

  read(target: Uint8Array, position: number): number {
    return naming(this.#path, () => this.#read(target, position));
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    naming(this.#path, () => this.#write(bytes, start, end, position - start));
  }

  truncate(size: number): void {
    naming(this.#path, () => ftruncateSync(this.#descriptor, size));
  }

  sync(done: (error: NodeJS.ErrnoException | null) => void): void {
    fdatasync(this.#descriptor, (error) => done(error === null ? null : named(this.#path, error)));
  }

  syncNow(): void {
    naming(this.#path, () => fdatasyncSync(this.#descriptor));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(target: Uint8Array, position: number): number {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.#descriptor, target, done, Math.min(target.length - done, MAX_CALL_BYTES), position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  #write(bytes: Uint8Array, start: number, end: number, shift: number): void {
    for (let at = start; at < end; ) at += writeSync(this.#descriptor, bytes, at, Math.min(end - at, MAX_CALL_BYTES), at + shift);
  }
}

/** Calls, and has an error say which file it was about: what node:fs throws for a descriptor does not know. */
export function naming<Result>(path: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw named(path, error as NodeJS.ErrnoException);
  }
}

function named(path: string, error: NodeJS.ErrnoException): NodeJS.ErrnoException {
  if (error.errno === -EDQUOT) {
    error.code = 'EDQUOT';
    error.message = error.message.replace('UNKNOWN: unknown error', 'EDQUOT: disk quota exceeded');
  }
  error.path = path;
  error.message += ` '${path}'`;
  return error;
}
