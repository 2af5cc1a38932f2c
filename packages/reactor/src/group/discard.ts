import type { Kernel } from '../kernel/kernel.js';

/**
 * Closes what nobody serves any more: a connection by a reset, so that no reply that was cut short looks complete. Of a file that is no socket
 * the first call is refused, and means nothing.
 */
export function discard(kernel: Kernel, fd: number): void {
  kernel.setLinger(fd, 1, 0);
  kernel.close(fd);
}
