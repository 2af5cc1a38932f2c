import { check } from '../errors.js';
import { SOCK_STREAM } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { type SocketAddress, addressText } from './address.js';
import type { LocalEndpoint } from './endpoint.js';
import { localAddress } from './socket-name.js';

/** A socket that listens, whoever has opened it. A `Listener` accepts from it. */
export interface ListeningSocket {
  readonly fd: number;
  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  readonly address: SocketAddress;
  /** What was asked for: an address with port 0 where the kernel was to choose, or the path of a Unix socket. */
  readonly asked: string;
  /** What its holder does with it in the end: closes it if it is the holder's own. Called when no epoll set of this thread has it any more. */
  close(): void;
  /** The same, but another process goes on with the socket: its file stays. */
  leave(): void;
}

/** Opens one of our own. Errors: those of the endpoint, and a SystemError of socket, setsockopt, bind or listen. */
export function openListening(kernel: Kernel, endpoint: LocalEndpoint, backlog: number, type: number = SOCK_STREAM): ListeningSocket {
  const fd = check(kernel.socket(endpoint.address.family, type), 'socket');
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
    return { fd, address: localAddress(kernel, fd), asked: endpoint.text, close, leave: () => void kernel.close(fd) };
  } catch (error) {
    close();
    throw error;
  }
}

/** One that another process has opened and passed to this one, whose own it is from now on, or not if this throws a SystemError. */
export function adoptListening(kernel: Kernel, endpoint: LocalEndpoint, fd: number): ListeningSocket {
  const leave = () => void kernel.close(fd);
  const close = () => {
    leave();
    endpoint.released();
  };
  const address = localAddress(kernel, fd);
  endpoint.adopted(kernel, fd);
  return { fd, address, asked: endpoint.text, close, leave };
}

/** One that is open already, and that somebody else closes: another thread of this process, which all have the same descriptors. */
export function lentListening(kernel: Kernel, fd: number): ListeningSocket {
  const address = localAddress(kernel, fd);
  return { fd, address, asked: addressText(address), close: () => {}, leave: () => {} };
}
