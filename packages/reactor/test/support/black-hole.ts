import type { Test } from 'tap';
import { SOCKADDR_STORAGE_BYTES, SOCK_STREAM } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { type KernelAddress, type SocketAddress, decodeAddress } from '../../src/net/address.js';

/** What Linux queues beyond a backlog of 0, and one more to be sure. */
const FILLING = 3;

/**
 * A listener that nobody serves and whose backlog is full, until the test ends. Who connects by TCP gets no answer at all,
 * for Linux drops the SYN; who connects to a Unix socket is told EAGAIN. Returns the address.
 */
export function blackHole(t: Test, { family, bytes }: KernelAddress): SocketAddress {
  const kernel = nativeKernel();
  const listener = kernel.socket(family, SOCK_STREAM);
  const fds = [listener];
  t.teardown(() => fds.forEach((fd) => kernel.close(fd)));
  const results = [kernel.bind(listener, bytes, bytes.length), kernel.listen(listener, 0)];
  if (results.some((result) => result < 0)) throw new Error(`no black hole: ${results}`);
  const bound = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  const length = kernel.getsockname(listener, bound, bound.length);
  for (let i = 0; i < FILLING; i++) {
    const fd = kernel.socket(family, SOCK_STREAM);
    fds.push(fd);
    kernel.connect(fd, bound, length);
  }
  return decodeAddress(bound, length) as SocketAddress;
}
