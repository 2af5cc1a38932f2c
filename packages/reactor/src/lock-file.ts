import { EAGAIN, EINTR } from './kernel/abi.js';
import { nativeKernel } from './kernel/native-kernel.js';
import { SystemError } from './errors.js';

/**
 * Locks an open file for this opening of it: for who must be the only one to work on it, or on the folder that it stands in. Returns
 * false if another opening has the lock, in this process or in another. The lock goes when the descriptor is closed and its
 * duplicates are, so at the latest with the process, however it ends: no lock is left behind.
 *
 * It binds only those who ask for it. Errors: a SystemError, for example on a file system that has no locks, and those of
 * loading the native library. Source: flock(2), LOCK_EX | LOCK_NB.
 */
export function lockFile(fd: number): boolean {
  let result: number;
  do result = nativeKernel().flock(fd);
  while (result === -EINTR);
  if (result < 0 && result !== -EAGAIN) throw new SystemError(result, 'flock');
  return result === 0;
}
