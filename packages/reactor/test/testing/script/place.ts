/** Where a script is played: a kernel, and what of its world no system call of Kernel reaches. */
import { encodeAddress } from '../../../src/net/address.js';
import { AF_INET, EPOLLIN, IPPROTO_TCP, SOCKADDR_STORAGE_BYTES, SOCK_DGRAM } from '../../../src/kernel/abi.js';
import type { Kernel } from '../../../src/kernel/kernel.js';
import { nativeKernel } from '../../../src/kernel/native-kernel.js';

export interface Place {
  readonly name: string;
  readonly kernel: Kernel;
  /** Returns when everything that was sent has arrived, acknowledgements and resets included. `open` are the script's descriptors. */
  settle(open: Iterable<number>): void;
  /** Sends this process a signal. */
  raise(signal: number): void;
}

/** Each pass may find what the one before it has set in motion: a segment, its acknowledgement, the answer to that. */
const PASSES = 2;
const SENTINEL_MS = 5000;

/** Sends the acknowledgement that is being delayed (tcp(7)): Nagle's algorithm and a FIN wait for it for 40 ms. */
const TCP_QUICKACK = 12;

/**
 * The real kernel. Loopback delivers within the system call that sends, unless the processor is busy and leaves it to a
 * thread of its own; what is queued is in order there, so a datagram that has come in says that all before it has.
 */
export function nativePlace(): Place {
  const kernel = nativeKernel();
  const sentinel = openSentinel(kernel);
  const settle = (open: Iterable<number>) => {
    for (let i = 0; i < PASSES; i++) {
      sentinel();
      for (const fd of open) kernel.setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
    }
    sentinel();
  };
  return { name: 'native', kernel, settle, raise: (signal) => void process.kill(process.pid, signal) };
}

/** Its descriptors stay open with the process: it is made once, before any script plays. */
function openSentinel(kernel: Kernel): () => void {
  const socket = kernel.socket(AF_INET, SOCK_DGRAM);
  const address = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  address.set(encodeAddress('127.0.0.1', 0).bytes);
  kernel.bind(socket, address, 16);
  kernel.connect(socket, address, kernel.getsockname(socket, address, address.length));
  const epoll = kernel.epollCreate();
  kernel.epollAdd(epoll, socket, EPOLLIN, 0, 0);
  const triple = new Uint32Array(3);
  const byte = new Uint8Array(1);
  return () => {
    kernel.send(socket, byte, 0, 1);
    if (kernel.epollWait(epoll, triple, 1, SENTINEL_MS) !== 1) throw new Error('loopback has lost a datagram');
    kernel.recv(socket, byte, 0, 1);
  };
}
