/** The addresses of an open socket, as the kernel tells them. */
import { check } from '../errors.js';
import { SOCKADDR_STORAGE_BYTES } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { type SocketAddress, UNKNOWN_ADDRESS, decodeAddress } from './address.js';

/** Error: a SystemError. */
export function localAddress(kernel: Kernel, fd: number): SocketAddress {
  const bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  const length = check(kernel.getsockname(fd, bytes, bytes.length), 'getsockname');
  return decodeAddress(bytes, length) ?? UNKNOWN_ADDRESS;
}

/** A peer that has gone already has no address any more. `bytes` is memory for it, which is free again when this returns. */
export function peerAddress(kernel: Kernel, fd: number, bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES)): SocketAddress {
  const length = kernel.getpeername(fd, bytes, bytes.length);
  return length < 0 ? UNKNOWN_ADDRESS : (decodeAddress(bytes, length) ?? UNKNOWN_ADDRESS);
}
