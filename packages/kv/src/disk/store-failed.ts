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

/** The coded error for what the kernel has refused with files of the store: `what` has failed, with the call, the file and the errno. */
export function storeFailed(what: string, error: NodeJS.ErrnoException): EdgeloopError {
  const advice = ADVICE[error.code ?? ''];
  return new EdgeloopError('EL_STORE_FAILED', `${what}: ${error.message}${advice === undefined ? '' : `; ${advice}`}`, { cause: error });
}
