import { type SocketAddress, addressText, decodeAddress, encodeAddress } from './address.js';
import type { Channel } from '../loop/channel.js';
import { SystemError, check } from '../errors.js';
import { EINPROGRESS, EPOLLOUT, SOCK_STREAM, SOL_SOCKET, SO_ERROR } from '../kernel/abi.js';
import type { Loop } from '../loop/loop.js';
import type { ConnectOptions } from '../options.js';
import { setConnectionOptions } from './tcp-options.js';

/** How a dial ends: with a connected descriptor that the taker owns, or with an error. */
export interface DialOutcome {
  connected(fd: number, peer: SocketAddress): void;
  failed(error: Error): void;
}

/**
 * One attempt to connect(2) to one address, without blocking: the socket becomes writable when the kernel knows the
 * outcome, and SO_ERROR tells which. Exactly one of the outcome's methods is called, once, after `start` has returned;
 * until then the attempt owns the descriptor.
 */
export class Dial implements Channel {
  readonly fd: number;
  readonly keepsAlive = true;
  slot = -1;
  readonly #loop: Loop;
  readonly #outcome: DialOutcome;
  readonly #options: ConnectOptions;
  readonly #sockaddr: Uint8Array;
  readonly #peer: SocketAddress;

  /** `ip` is an IP literal. Errors: EL_ADDRESS_INVALID, and a SystemError of socket. */
  constructor(loop: Loop, outcome: DialOutcome, ip: string, options: ConnectOptions) {
    this.#loop = loop;
    this.#outcome = outcome;
    this.#options = options;
    const { family, bytes } = encodeAddress(ip, options.port);
    this.#sockaddr = bytes;
    this.#peer = decodeAddress(bytes) as SocketAddress;
    this.fd = check(loop.kernel.socket(family, SOCK_STREAM), 'socket');
  }

  /** Errors: EL_SLOTS_EXHAUSTED, and a SystemError of setsockopt, connect or epoll_ctl; the attempt is over then, and its descriptor closed. */
  start(): void {
    const { kernel, poller } = this.#loop;
    try {
      setConnectionOptions(kernel, this.fd, this.#options);
      const result = kernel.connect(this.fd, this.#sockaddr, this.#sockaddr.length);
      if (result !== -EINPROGRESS) check(result, 'connect', addressText(this.#peer));
      poller.enter(this, EPOLLOUT);
    } catch (error) {
      kernel.close(this.fd);
      throw error;
    }
  }

  mark(): void {
    // Any event, an error included, means that the outcome is known; service asks for it.
  }

  service(): boolean {
    const errno = this.#loop.kernel.getsockopt(this.fd, SOL_SOCKET, SO_ERROR);
    this.#leave();
    if (errno === 0) {
      this.#outcome.connected(this.fd, this.#peer);
    } else {
      this.#loop.kernel.close(this.fd);
      this.#outcome.failed(new SystemError(-Math.abs(errno), 'connect', addressText(this.#peer)));
    }
    return false;
  }

  destroy(reason: Error): void {
    this.#loop.forget(this);
    this.#leave();
    this.#loop.kernel.close(this.fd);
    this.#outcome.failed(reason);
  }

  #leave(): void {
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
  }
}
