/** Where a script is played: a kernel, and what of its world no system call of Kernel reaches. */
import { encodeAddress } from '../../../src/net/address.js';
import { AF_INET, AF_INET6, EPOLLIN, IPPROTO_TCP, SOCKADDR_STORAGE_BYTES, SOCK_DGRAM, SOCK_STREAM, TCP_INFO } from '../../../src/kernel/abi.js';
import type { Kernel } from '../../../src/kernel/kernel.js';
import { nativeKernel } from '../../../src/kernel/native-kernel.js';

export interface Place {
  readonly name: string;
  readonly kernel: Kernel;
  /** Returns when everything that was sent has arrived, acknowledgements and resets included. `open` are the script's descriptors. */
  settle(open: readonly number[]): void;
  /** Sends this process a signal. */
  raise(signal: number): void;
}

const SENTINEL_MS = 5000;

/**
 * States of tcp_states.h that wait for the acknowledgement of a FIN: FIN_WAIT1, LAST_ACK, CLOSING. It may be delayed by 40 ms, and
 * is an event when it comes.
 */
const UNACKNOWLEDGED = [4, 9, 11];
const ACKNOWLEDGEMENT_MS = 200;

/**
 * The real kernel. Loopback delivers within the system call that sends, unless the processor is busy and leaves it to a
 * thread of its own; what is queued is in order there, so a datagram that has come in says that all before it has.
 */
export function nativePlace(): Place {
  const kernel = nativeKernel();
  const sentinel = openSentinel(kernel);
  const state = new Uint8Array(1);
  const isAcknowledged = (fd: number) => kernel.getsockoptBytes(fd, IPPROTO_TCP, TCP_INFO, state, 1) < 1 || !UNACKNOWLEDGED.includes(state[0] as number);
  const settle = (open: readonly number[]) => {
    sentinel.roundTrip();
    for (let ms = 0; ms < ACKNOWLEDGEMENT_MS && !open.every(isAcknowledged); ms++) sentinel.waitMs();
    sentinel.roundTrip();
  };
  return { name: 'native', kernel, settle, raise: (signal) => void process.kill(process.pid, signal) };
}

/** False where the machine has ::1, else why not. In CI nothing may be skipped, so there it throws. */
export function skipWithoutIPv6(kernel: Kernel): false | string {
  const fd = kernel.socket(AF_INET6, SOCK_STREAM);
  const { bytes } = encodeAddress('::1', 0);
  const isThere = fd >= 0 && kernel.bind(fd, bytes, bytes.length) === 0;
  kernel.close(fd);
  if (!isThere && process.env['CI'] !== undefined) throw new Error('there is no ::1, and CI may skip nothing');
  return isThere ? false : 'this machine has no ::1';
}

/** Its descriptors stay open with the process: it is made once, before any script plays. */
function openSentinel(kernel: Kernel) {
  const socket = kernel.socket(AF_INET, SOCK_DGRAM);
  const address = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  address.set(encodeAddress('127.0.0.1', 0).bytes);
  kernel.bind(socket, address, 16);
  kernel.connect(socket, address, kernel.getsockname(socket, address, address.length));
  const epoll = kernel.epollCreate();
  kernel.epollAdd(epoll, socket, EPOLLIN, 0, 0);
  const triple = new Uint32Array(3);
  const byte = new Uint8Array(1);
  const roundTrip = () => {
    kernel.send(socket, byte, 0, 1);
    if (kernel.epollWait(epoll, triple, 1, SENTINEL_MS) !== 1) throw new Error('loopback has lost a datagram');
    kernel.recv(socket, byte, 0, 1);
  };
  return { roundTrip, waitMs: () => kernel.epollWait(epoll, triple, 1, 1) };
}
