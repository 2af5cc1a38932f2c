import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { DiskFile } from './disk.js';

/** The kernel takes a little less than 2 GiB at a time, and node:fs refuses more. */
const MAX_CALL_BYTES = 2 ** 30;

/** An open file of the file system. Calls that a signal interrupts are made again by libuv. */
export class NodeFile implements DiskFile {
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
      const count = readSync(this.#descriptor, target, done, Math.min(target.length - done, MAX_CALL_BYTES), position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    const shift = position - start;
    for (let at = start; at < end; ) at += writeSync(this.#descriptor, bytes, at, Math.min(end - at, MAX_CALL_BYTES), at + shift);
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
