import { EdgeloopError } from '@edgeloop/reactor';

/** What to do about the failures that a person can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'the user of the process must be able to read and write there',
  EDQUOT: 'the quota is used up; make room, or move the folder',
  EEXIST: 'something else stands where the folder should be; choose another path',
  EIO: 'the disk is failing; look at the log of the kernel, and save what can be saved',
  EISDIR: 'a folder stands where a file should be; choose another path, or take it away',
  ELOOP: 'symbolic links are not followed there; put the file itself in its place',
  EMFILE: 'the process has as many files open as it may; raise its limit (ulimit -n)',
  ENOENT: 'check how it is spelt',
  ENOSPC: 'make room, or move the folder',
  ENOTDIR: 'a file stands where a folder should be; choose another path',
  EPERM: 'the user of the process must be able to read and write there',
  EROFS: 'the file system is mounted read-only; mount it otherwise, or move the folder',
};

/** Whether a disk refuses for want of room, which there may be again: a limit may be raised, too. Anything else says that it fails. */
export function isWantOfRoom({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** The error for a disk that fails under a server which must not go on without it. */
export function diskFailed(folder: string, error: NodeJS.ErrnoException): EdgeloopError {
  const message = `the log in ${folder} cannot be written any more (${error.message}): what was not acknowledged may be lost, and the server ends`;
  return new EdgeloopError('EL_STORE_FAILED', `${message}; see to the disk before it is started again`, { cause: error });
}

/** The error for a store that ends, and what was changed last is not in its folder. */
export function unwritten(why = '', cause?: unknown): EdgeloopError {
  return new EdgeloopError('EL_STORE_FAILED', `what was changed last is not in the log (${why}), and lost`, { cause });
}

/**
 * The error for a data folder that cannot be opened: EL_STORE_FAILED with the call, the file and the errno, and what to do; or the error
 * as it is, if the kernel has nothing to do with it.
 */
export function storeFailed(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const advice = ADVICE[code];
  return new EdgeloopError('EL_STORE_FAILED', `the data folder ${folder} cannot be used: ${message}${advice === undefined ? '' : `; ${advice}`}`, { cause: error });
}
