import { check } from '../errors.js';
import { SOCKADDR_STORAGE_BYTES, SOCK_STREAM } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { type SocketAddress, UNKNOWN_ADDRESS, decodeAddress } from './address.js';
import type { LocalEndpoint } from './endpoint.js';

/** A socket that listens, whoever has opened it. A `Listener` accepts from it. */
export interface ListeningSocket {
  readonly fd: number;
  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  readonly address: SocketAddress;
  /** What its holder does with it in the end: closes it if it is the holder's own. Called when no epoll set of this thread has it any more. */
  close(): void;
}

/** Opens one of our own. Errors: those of the endpoint, and a SystemError of socket, setsockopt, bind or listen. */
export function openListening(kernel: Kernel, endpoint: LocalEndpoint, backlog: number): ListeningSocket {
  const fd = check(kernel.socket(endpoint.address.family, SOCK_STREAM), 'socket');
  let bound = false;
  const close = () => {
    kernel.close(fd);
    if (bound) endpoint.released();
  };
  try {
    endpoint.prepare(kernel, fd);
    check(kernel.bind(fd, endpoint.address.bytes, endpoint.address.bytes.length), 'bind', endpoint.text);
    bound = true;
    endpoint.bound();
    check(kernel.listen(fd, backlog), 'listen', endpoint.text);
    return { fd, address: addressOf(kernel, fd), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** One that is open already, and that somebody else closes: another thread of this process, which all have the same descriptors. */
export function lentListening(kernel: Kernel, fd: number): ListeningSocket {
  return { fd, address: addressOf(kernel, fd), close: () => {} };
}

function addressOf(kernel: Kernel, fd: number): SocketAddress {
  const bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  const length = check(kernel.getsockname(fd, bytes, bytes.length), 'getsockname');
  return decodeAddress(bytes, length) ?? UNKNOWN_ADDRESS;
}
