import { EdgeloopError } from '@edgeloop/reactor';

/** What to do about the failures that a person can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'the user of the process must be able to read and write there',
  EDQUOT: 'the quota is used up; make room, or move the folder',
  EEXIST: 'a file stands where the folder should be; choose another path',
  EIO: 'the disk is failing; look at the log of the kernel, and save what can be saved',
  ELOOP: 'symbolic links are not followed there; put the file itself in its place',
  ENOENT: 'check how it is spelt',
  ENOSPC: 'make room, or move the folder',
  ENOTDIR: 'a file stands where a folder should be; choose another path',
  EPERM: 'the user of the process must be able to read and write there',
  EROFS: 'the file system is mounted read-only; mount it otherwise, or move the folder',
};

/**
 * The error for a data folder that cannot be opened: EL_STORE_FAILED with the call, the file and the errno, and what to do; or the error
 * as it is, if it has a code of ours already.
 */
export function storeFailed(folder: string, error: unknown): EdgeloopError {
  if (error instanceof EdgeloopError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const advice = ADVICE[code];
  return new EdgeloopError('EL_STORE_FAILED', `the data folder ${folder} cannot be used: ${message}${advice === undefined ? '' : `; ${advice}`}`, { cause: error });
}
