import { EINVAL } from './kernel/abi.js';
import { nativeKernel } from './kernel/native-kernel.js';
import { SystemError } from './errors.js';

/**
 * Asks the kernel to keep this memory in huge pages: where a program's reads are scattered over many megabytes, most of them otherwise
 * wait for the address, too. Only what is aligned to 2 MiB can be one, so the memory should be much larger. It is advice:
 * returns false where the kernel has no huge pages; where an administrator has turned them off, nothing happens.
 * A huge page takes 2 MiB of physical memory when its first byte is touched.
 *
 * Errors: RangeError for 4 GiB or more, a SystemError, and those of loading the native library. Source: madvise(2), MADV_HUGEPAGE.
 */
export function adviseHugePages(memory: Uint8Array): boolean {
  if (memory.byteLength >= 2 ** 32) throw new RangeError(`memory must have less than 4 GiB, but has ${memory.byteLength} bytes`);
  const result = nativeKernel().adviseHugePages(memory, memory.byteLength);
  if (result < 0 && result !== -EINVAL) throw new SystemError(result, 'madvise');
  return result === 0;
}
