/** The addresses of an open socket, as the kernel tells them. */
import { check } from '../errors.js';
import { SOCKADDR_STORAGE_BYTES } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { type SocketAddress, UNKNOWN_ADDRESS, decodeAddress } from './address.js';

/** What most clients of a Unix socket are. */
const UNNAMED: SocketAddress = { family: 'unix', address: '', port: 0 };

/** Error: a SystemError. */
export function localAddress(kernel: Kernel, fd: number): SocketAddress {
  const bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  const length = check(kernel.getsockname(fd, bytes, bytes.length), 'getsockname');
  return decodeAddress(bytes, length) ?? UNKNOWN_ADDRESS;
}

/**
 * Whose socket it was at `local`. A peer that has gone already has no address any more. `bytes` is memory for it, which is free again when this
 * returns.
 */
export function peerAddress(kernel: Kernel, fd: number, local: SocketAddress, bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES)): SocketAddress {
  const length = kernel.getpeername(fd, bytes, bytes.length);
  const peer = length < 0 ? undefined : decodeAddress(bytes, length);
  return peer ?? (local.family === 'unix' ? UNNAMED : UNKNOWN_ADDRESS);
}
