import { check } from '../errors.js';
import { SOCK_STREAM } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import type { SocketAddress } from './address.js';
import type { LocalEndpoint } from './endpoint.js';
import { localAddress } from './socket-name.js';

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
    return { fd, address: localAddress(kernel, fd), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** One that is open already, and that somebody else closes: another thread of this process, which all have the same descriptors. */
export function lentListening(kernel: Kernel, fd: number): ListeningSocket {
  return { fd, address: localAddress(kernel, fd), close: () => {} };
}
