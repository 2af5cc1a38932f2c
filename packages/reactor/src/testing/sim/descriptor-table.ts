import { constants } from 'node:os';
import type { OpenFile } from './open-file.js';

const { EBADF, EMFILE } = constants.errno;

/** The standard streams of a process. */
const FIRST_FREE = 3;

/** The descriptors of a simulated process. The lowest number that is free is given out next, as POSIX has it. */
export class DescriptorTable {
  readonly #files: (OpenFile | undefined)[] = [];
  #size = 0;

  /** `limit` is RLIMIT_NOFILE of getrlimit(2): one above the highest number. */
  constructor(public limit: number) {}

  /** Descriptors that are open, without the standard streams. */
  get size(): number {
    return this.#size;
  }

  /** Returns the new descriptor, or -EMFILE. */
  open(file: OpenFile): number {
    const fd = this.next;
    if (fd < 0) return fd;
    file.references++;
    this.#files[fd] = file;
    this.#size++;
    return fd;
  }

  /** Puts a file under a number, and closes what was there. Returns the number. */
  put(fd: number, file: OpenFile): number {
    file.references++;
    if (this.#files[fd] === undefined) this.#size++;
    else this.#files[fd]?.release();
    this.#files[fd] = file;
    return fd;
  }

  /** The number that the next descriptor will have, or -EMFILE. */
  get next(): number {
    const fd = this.#lowestFree();
    return fd < this.limit ? fd : -EMFILE;
  }

  at(fd: number): OpenFile | undefined {
    return this.#files[fd];
  }

  /** Returns 0 or -EBADF. */
  close(fd: number): number {
    const file = this.#files[fd];
    if (file === undefined) return -EBADF;
    this.#files[fd] = undefined;
    this.#size--;
    file.release();
    return 0;
  }

  *entries(): IterableIterator<[fd: number, file: OpenFile]> {
    for (const [fd, file] of this.#files.entries()) if (file !== undefined) yield [fd, file];
  }

  #lowestFree(): number {
    for (let fd = FIRST_FREE; fd < this.#files.length; fd++) if (this.#files[fd] === undefined) return fd;
    return Math.max(FIRST_FREE, this.#files.length);
  }
}
