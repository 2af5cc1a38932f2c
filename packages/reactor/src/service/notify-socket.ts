import { EdgeloopError, check } from '../errors.js';
import { AF_UNIX, EINTR, SOCK_DGRAM } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { type KernelAddress, encodeUnixAddress } from '../net/address.js';

const NO_FD = -1;

/**
 * The way to a supervisor: a Unix datagram socket, as sd_notify(3) describes it. Owns its descriptor.
 *
 * The descriptor is kept, so that the watchdog is told even by a process that is out of descriptors. It is not connected:
 * each datagram names its address, and so reaches a supervisor that was started anew.
 */
export class NotifySocket {
  readonly #kernel: Kernel;
  readonly #address: KernelAddress;
  #fd: number;

  /** `path` is the value of NOTIFY_SOCKET. Errors: EL_ADDRESS_INVALID; a SystemError of socket(2). */
  constructor(kernel: Kernel, path: string) {
    if (!/^[/@]/.test(path)) {
      // sd_notify(3) knows "vsock:" too, by which a virtual machine tells its host.
      throw new EdgeloopError('EL_ADDRESS_INVALID', `NOTIFY_SOCKET is "${path}"; an absolute path is needed, or "@" and an abstract name`);
    }
    this.#kernel = kernel;
    this.#address = encodeUnixAddress(path);
    this.#fd = check(kernel.socket(AF_UNIX, SOCK_DGRAM), 'socket');
  }

  /** Sends one datagram. Returns -errno where that failed; EAGAIN: the supervisor has not read the earlier ones yet. */
  send(text: string): number {
    const { bytes: address } = this.#address;
    const bytes = Buffer.from(text);
    const quad = Int32Array.of(0, bytes.length, 0, address.length);
    let result: number;
    do result = this.#kernel.sendDatagrams(this.#fd, bytes, address, quad, 1);
    while (result === -EINTR);
    return result;
  }

  close(): void {
    this.#kernel.close(this.#fd);
    this.#fd = NO_FD;
  }
}
