import { type BigIntStats, chmodSync, fchmodSync, lchownSync, lstatSync, unlinkSync } from 'node:fs';
import { EdgeloopError, SystemError, check } from '../errors.js';
import { AF_UNIX, EADDRINUSE, ECONNREFUSED, SOCK_STREAM } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import type { UnixListenOptions } from '../options.js';
import { type KernelAddress, encodeUnixAddress } from './address.js';
import type { LocalEndpoint } from './endpoint.js';

const UNCHANGED = -1;

/** Where the file is made, and who may connect. */
export type SocketFileOptions = Pick<UnixListenOptions, 'path' | 'mode' | 'uid' | 'gid'>;

/**
 * The file of a listening Unix socket: made by bind, removed when the listener has closed, if it is still the same.
 *
 * Nobody can connect who may not, not even for a moment: bind takes the mode from the socket, on which it is set before
 * (on Linux; the usual umask(2) would be that of the whole process), with what is granted to others left out until the
 * owner is set. A file that stands in the way is replaced only if it is a socket on which nobody listens; of two processes
 * that start at once, one may so replace the other's, which is bound and does not listen yet. A lock file would cost more.
 */
export class SocketFile implements LocalEndpoint {
  readonly address: KernelAddress;
  readonly text: string;
  readonly #options: SocketFileOptions;
  #made: BigIntStats | undefined;

  /** Error: EL_ADDRESS_INVALID. */
  constructor(options: SocketFileOptions) {
    this.address = encodeUnixAddress(options.path);
    this.text = options.path;
    this.#options = options;
  }

  /** Errors: EL_PATH_TAKEN for what is not a socket; a SystemError, EADDRINUSE for one that is in use. */
  prepare(kernel: Kernel, fd: number): void {
    const standing = statOf(this.text);
    if (standing !== undefined) this.#removeStale(kernel, standing);
    asSystemError(() => fchmodSync(fd, this.#options.mode & 0o700));
  }

  /** Error: a SystemError, such as EPERM for an owner that only root may set. */
  bound(): void {
    const { path, mode, uid = UNCHANGED, gid = UNCHANGED } = this.#options;
    this.#made = statOf(path);
    asSystemError(() => {
      if (uid !== UNCHANGED || gid !== UNCHANGED) lchownSync(path, uid, gid);
      chmodSync(path, mode);
    });
  }

  /** The file is there already, and is removed as if it had been made here. Error: a SystemError. */
  adopted(): void {
    this.#made = statOf(this.text);
  }

  /** A process that has given up its rights since may be unable to remove the file; the next to listen there finds it stale. */
  released(): void {
    try {
      if (this.#made !== undefined) this.#removeIf(this.#made);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }

  /** Looks twice, so that a socket that somebody else has made there meanwhile is not taken for the stale one. */
  #removeStale(kernel: Kernel, standing: BigIntStats): void {
    if (!standing.isSocket()) {
      const what = standing.isSymbolicLink() ? 'a symbolic link, which is not followed' : 'not a socket';
      throw new EdgeloopError('EL_PATH_TAKEN', `${this.text} exists and is ${what}; remove it or choose another path`);
    }
    if (this.#isInUse(kernel)) throw new SystemError(-EADDRINUSE, 'bind', this.text);
    this.#removeIf(standing);
  }

  #removeIf(known: BigIntStats): void {
    const standing = statOf(this.text);
    if (standing !== undefined && isSame(known, standing)) asSystemError(() => unlinkSync(this.text));
  }

  /** Connecting is refused only where nobody listens: a full backlog answers EAGAIN, a forbidden socket EACCES. */
  #isInUse(kernel: Kernel): boolean {
    const fd = check(kernel.socket(AF_UNIX, SOCK_STREAM), 'socket');
    const answer = kernel.connect(fd, this.address.bytes, this.address.bytes.length);
    kernel.close(fd);
    return answer !== -ECONNREFUSED;
  }
}

/** An abstract name has no file: it goes with its last descriptor. Error: EL_ADDRESS_INVALID. */
export function unixListening(options: SocketFileOptions): LocalEndpoint {
  if (!options.path.startsWith('@')) return new SocketFile(options);
  return { address: encodeUnixAddress(options.path), text: options.path, prepare: () => {}, bound: () => {}, adopted: () => {}, released: () => {} };
}

function statOf(path: string): BigIntStats | undefined {
  return asSystemError(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

/** The number alone does not tell: file systems give that of a removed file to the next one. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.birthtimeNs === other.birthtimeNs;
}

/** Node's calls have errors of their own class, users of a reactor are to meet one. */
function asSystemError<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { errno, syscall, path } = error as NodeJS.ErrnoException;
    if (errno === undefined || syscall === undefined) throw error;
    throw new SystemError(errno, syscall, path);
  }
}
