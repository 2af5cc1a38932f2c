/**
 * The numbers shared with the kernel and the C library. They are the same on every architecture that libedgeloop is
 * built for, and are held against the C headers when the library is loaded: `el_abi_describe` returns them in this order.
 */
import { EdgeloopError } from '../errors.js';

export const ABI_VERSION = 7;

const table = {
  EPOLLIN: 0x001,
  EPOLLOUT: 0x004,
  EPOLLERR: 0x008,
  EPOLLHUP: 0x010,
  EPOLLRDHUP: 0x2000,
  EPOLLEXCLUSIVE: 0x1000_0000,
  EPOLLONESHOT: 0x4000_0000,
  EPOLLET: 0x8000_0000,
  EPERM: 1,
  EINTR: 4,
  EAGAIN: 11,
  ENOMEM: 12,
  EMFILE: 24,
  ENFILE: 23,
  EPIPE: 32,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EINPROGRESS: 115,
  EADDRINUSE: 98,
  ECONNREFUSED: 111,
  ETIMEDOUT: 110,
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_REUSEPORT: 15,
  SO_KEEPALIVE: 9,
  SO_ERROR: 4,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_LINGER: 13,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_USER_TIMEOUT: 18,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  SOCKADDR_IN_BYTES: 16,
  SOCKADDR_IN6_BYTES: 28,
  SOCKADDR_STORAGE_BYTES: 128,
  SIN_PORT_OFFSET: 2,
  SIN_ADDR_OFFSET: 4,
  SIN6_PORT_OFFSET: 2,
  SIN6_ADDR_OFFSET: 8,
  SIN6_SCOPE_ID_OFFSET: 24,
  EPOLL_BATCH: 1024,
  EPROTOTYPE: 91,
  ENOENT: 2,
  SO_PEERCRED: 17,
  SO_BROADCAST: 6,
  SOCKADDR_UN_BYTES: 110,
  SUN_PATH_OFFSET: 2,
  MSG_TRUNC: 0x20,
  DATAGRAM_BATCH: 32,
  TCP_INFO: 11,
  TCPI_RTT_OFFSET: 68,
  TCPI_TOTAL_RETRANS_OFFSET: 100,
  EINVAL: 22,
  DESCRIPTOR_BATCH: 253,
  EPOLLPRI: 0x002,
  SOCK_SEQPACKET: 5,
} as const;

export const {
  EPOLLIN, EPOLLPRI, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLET,
  EPERM, ENOENT, EINTR, EINVAL, EAGAIN, ENOMEM, EMFILE, ENFILE, EPIPE, EPROTOTYPE, ECONNABORTED, ECONNRESET, ECONNREFUSED, ENOBUFS, EINPROGRESS, EADDRINUSE,
  AF_UNIX, AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET,
  SOL_SOCKET, SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE, SO_ERROR, SO_PEERCRED, SO_BROADCAST,
  IPPROTO_TCP, TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, IPPROTO_IPV6, IPV6_V6ONLY,
  SHUT_RD,
  SHUT_WR,
  SOCKADDR_IN_BYTES, SOCKADDR_IN6_BYTES, SOCKADDR_STORAGE_BYTES,
  SIN_PORT_OFFSET, SIN_ADDR_OFFSET, SIN6_PORT_OFFSET, SIN6_ADDR_OFFSET, SIN6_SCOPE_ID_OFFSET,
  SOCKADDR_UN_BYTES, SUN_PATH_OFFSET, MSG_TRUNC, DATAGRAM_BATCH, DESCRIPTOR_BATCH,
  TCP_INFO, TCPI_RTT_OFFSET, TCPI_TOTAL_RETRANS_OFFSET,
} = table;

export interface DescribedLibrary {
  version(): number;
  describe(values: Uint32Array, capacity: number): number;
}

/** Refuses a library that was built from another version of the sources, or for a kernel interface that we misjudge. */
export function checkAbi(library: DescribedLibrary, path: string): void {
  const version = library.version();
  if (version !== ABI_VERSION) throw mismatch(path, `it has ABI version ${version}, this package needs ${ABI_VERSION}`);

  const expected = Object.entries(table);
  const values = new Uint32Array(expected.length);
  const count = library.describe(values, values.length);
  if (count !== expected.length) throw mismatch(path, `it describes ${count} constants, this package knows ${expected.length}`);

  for (const [index, [name, value]] of expected.entries()) {
    if (values[index] !== value) throw mismatch(path, `it has ${name} = ${values[index]}, this package ${value}`);
  }
}

function mismatch(path: string, what: string): EdgeloopError {
  return new EdgeloopError('EL_LIBRARY_MISMATCH', `${path} does not fit this package: ${what}; build it again with "npm run build:native"`);
}
