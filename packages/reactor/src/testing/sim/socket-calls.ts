import { constants } from 'node:os';
import {
  AF_INET, AF_INET6, DATAGRAM_BATCH, IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY, MSG_TRUNC, SOCKADDR_STORAGE_BYTES, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, SO_ERROR,
  SO_REUSEPORT, TCPI_RTT_OFFSET, TCP_INFO,
} from '../../kernel/abi.js';
import { type SocketAddress, decodeAddress, encodeAddress } from '../../net/address.js';
import { DatagramSocketFile } from './datagram-socket.js';
import { receiveMany, sendMany } from './many.js';
import { Process } from './process.js';
import { StreamSocket } from './stream-socket.js';

const { EAFNOSUPPORT, EAGAIN, EBADF, EDESTADDRREQ, EINTR, EINVAL, ENOTCONN, ENOTSOCK } = constants.errno;

const TRIPLE = 3;
const QUAD = 4;

/** What is done with sockets: the calls of `Kernel` that have to do with the network. */
export abstract class SocketCalls extends Process {
  socket(family: number, type: number): number {
    this.pass();
    if (family !== AF_INET && family !== AF_INET6) return -EAFNOSUPPORT;
    if (type === SOCK_DGRAM) return this.descriptors.open(new DatagramSocketFile(this.world, family === AF_INET6 ? 'IPv6' : 'IPv4'));
    return type === SOCK_STREAM ? this.descriptors.open(new StreamSocket(this.world)) : -EINVAL;
  }

  bind(fd: number, address: Uint8Array, length: number): number {
    const target = decodeAddress(address, length);
    const socket = this.#socket(fd);
    if (typeof socket === 'number') return socket;
    return target === undefined ? -EAFNOSUPPORT : socket.bind(target);
  }

  listen(fd: number, backlog: number): number {
    return this.#onStream(fd, (socket) => socket.listen(backlog));
  }

  connect(fd: number, address: Uint8Array, length: number): number {
    const target = decodeAddress(address, length);
    return this.#onStream(fd, (socket) => (target === undefined ? -EAFNOSUPPORT : socket.connect(target)));
  }

  accept(fd: number, address: Uint8Array, capacity: number): number {
    return this.#onStream(fd, (listener) => this.#accept(listener, address, capacity));
  }

  getsockname(fd: number, address: Uint8Array, capacity: number): number {
    const socket = this.#socket(fd);
    return typeof socket === 'number' ? socket : writeAddress(socket.local ?? UNBOUND, address, capacity);
  }

  getpeername(fd: number, address: Uint8Array, capacity: number): number {
    const socket = this.#socket(fd);
    if (typeof socket === 'number') return socket;
    const isConnected = socket instanceof StreamSocket && socket.state === 'connected';
    return isConnected && socket.remote !== undefined ? writeAddress(socket.remote, address, capacity) : -ENOTCONN;
  }

  setsockopt(fd: number, level: number, name: number, value: number): number {
    const socket = this.#socket(fd);
    if (typeof socket === 'number') return socket;
    if (level === SOL_SOCKET && name === SO_REUSEPORT) socket.reusePort = value !== 0;
    if (level === IPPROTO_IPV6 && name === IPV6_V6ONLY) socket.v6Only = value !== 0;
    return 0;
  }

  getsockopt(fd: number, level: number, name: number): number {
    const socket = this.#socket(fd);
    if (typeof socket === 'number') return socket;
    return level === SOL_SOCKET && name === SO_ERROR && socket instanceof StreamSocket ? socket.takeError() : 0;
  }

  /** Of TCP_INFO there is the round-trip time. */
  getsockoptBytes(fd: number, level: number, name: number, value: Uint8Array, capacity: number): number {
    const socket = this.#socket(fd);
    if (typeof socket === 'number') return socket;
    if (level !== IPPROTO_TCP || name !== TCP_INFO || !(socket instanceof StreamSocket)) return -EINVAL;
    value.fill(0, 0, capacity);
    const [, latencyMs] = this.world.conditions.latencyMs;
    new DataView(value.buffer, value.byteOffset).setUint32(TCPI_RTT_OFFSET, 2000 * latencyMs, true);
    return capacity;
  }

  setLinger(fd: number, on: number, seconds: number): number {
    return this.#onStream(fd, (socket) => {
      socket.lingerZero = on !== 0 && seconds === 0;
      return 0;
    });
  }

  recv(fd: number, base: Uint8Array, offset: number, length: number): number {
    return this.#onStream(fd, (socket) => (this.interrupted() ? -EINTR : socket.recv(base, offset, length)));
  }

  send(fd: number, base: Uint8Array, offset: number, length: number): number {
    return this.#onStream(fd, (socket) => (this.interrupted() ? -EINTR : socket.send(base, offset, length)));
  }

  recvMany(base: Uint8Array, triples: Int32Array, count: number, enough: number): number {
    return receiveMany(this, base, triples, count, enough);
  }

  sendMany(base: Uint8Array, triples: Int32Array, count: number): number {
    return sendMany(this, base, triples, count);
  }

  recvDatagrams(fd: number, base: Uint8Array, segment: number, addresses: Uint8Array, results: Int32Array, count: number): number {
    this.pass();
    const socket = this.file(fd, DatagramSocketFile, ENOTSOCK);
    if (typeof socket === 'number') return socket;
    for (let i = 0; i < Math.min(count, DATAGRAM_BATCH); i++) {
      const datagram = socket.receive();
      if (typeof datagram === 'number') return i === 0 ? datagram : i;
      const { payload, from } = datagram;
      base.set(payload.subarray(0, segment), i * segment);
      results[i * TRIPLE] = Math.min(payload.length, segment);
      results[i * TRIPLE + 1] = payload.length > segment ? MSG_TRUNC : 0;
      results[i * TRIPLE + 2] = writeAddress(from, addresses.subarray(i * SOCKADDR_STORAGE_BYTES), SOCKADDR_STORAGE_BYTES);
    }
    return Math.min(count, DATAGRAM_BATCH);
  }

  sendDatagrams(fd: number, base: Uint8Array, addresses: Uint8Array, quads: Int32Array, count: number): number {
    this.pass();
    const socket = this.file(fd, DatagramSocketFile, ENOTSOCK);
    if (typeof socket === 'number') return socket;
    for (let i = 0; i < Math.min(count, DATAGRAM_BATCH); i++) {
      const [offset, length, addressOffset, addressLength] = quads.subarray(i * QUAD, (i + 1) * QUAD) as unknown as [number, number, number, number];
      const to = decodeAddress(addresses.subarray(addressOffset, addressOffset + addressLength), addressLength);
      const result = to === undefined ? -EDESTADDRREQ : socket.send(Buffer.from(base.subarray(offset, offset + length)), to);
      if (result < 0) return i === 0 ? result : i;
    }
    return Math.min(count, DATAGRAM_BATCH);
  }

  /** There are no Unix sockets here, and any other sends the bytes alone. */
  sendDescriptors(fd: number, base: Uint8Array, offset: number, length: number): number {
    return this.send(fd, base, offset, length);
  }

  recvDescriptors(fd: number, base: Uint8Array, offset: number, length: number, descriptors: Int32Array): number {
    descriptors[0] = 0;
    return this.recv(fd, base, offset, length);
  }

  shutdown(fd: number, how: number): number {
    return this.#onStream(fd, (socket) => socket.shutdown(how));
  }

  close(fd: number): number {
    this.pass();
    return this.descriptors.close(fd);
  }

  duplicate(fd: number): number {
    this.pass();
    const file = this.descriptors.at(fd);
    return file === undefined ? -EBADF : this.descriptors.open(file);
  }

  replace(fd: number, by: number): number {
    this.pass();
    const file = this.descriptors.at(by);
    if (file === undefined || fd < 0) return -EBADF;
    return fd === by ? -EINVAL : this.descriptors.put(fd, file);
  }

  /** Nothing here is opened twice, so nobody else has the lock. */
  flock(fd: number): number {
    this.pass();
    return this.descriptors.at(fd) === undefined ? -EBADF : 0;
  }

  #accept(listener: StreamSocket, address: Uint8Array, capacity: number): number {
    if (listener.state !== 'listening') return -EINVAL;
    if (this.interrupted()) return -EINTR;
    // As the kernel does: first a descriptor, then a connection, so that at EMFILE none is lost.
    if (this.descriptors.next < 0) return this.descriptors.next;
    const socket = listener.accept();
    if (socket === undefined) return -EAGAIN;
    writeAddress(socket.remote as SocketAddress, address, capacity);
    return this.descriptors.open(socket);
  }

  #onStream(fd: number, act: (socket: StreamSocket) => number): number {
    this.pass();
    const socket = this.file(fd, StreamSocket, ENOTSOCK);
    return typeof socket === 'number' ? socket : act(socket);
  }

  #socket(fd: number): StreamSocket | DatagramSocketFile | number {
    this.pass();
    const file = this.descriptors.at(fd);
    if (file === undefined) return -EBADF;
    return file instanceof StreamSocket || file instanceof DatagramSocketFile ? file : -ENOTSOCK;
  }
}

/** What getsockname says of a socket without an address. */
const UNBOUND: SocketAddress = { family: 'IPv4', address: '0.0.0.0', port: 0 };

function writeAddress({ address, port }: SocketAddress, into: Uint8Array, capacity: number): number {
  const { bytes } = encodeAddress(address, port);
  into.set(bytes.subarray(0, capacity));
  return bytes.length;
}
