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
 * outcome, and SO_ERROR tells which. Exactly one of the outcome's methods is called, once, and never from within the
 * constructor. Owns the descriptor until then.
 */
export class Dial implements Channel {
  readonly fd: number;
  slot = -1;
  readonly #loop: Loop;
  readonly #outcome: DialOutcome;
  readonly #peer: SocketAddress;

  /** `ip` is an IP literal. Errors: EL_ADDRESS_INVALID, and a SystemError of socket, setsockopt or connect. */
  constructor(loop: Loop, outcome: DialOutcome, ip: string, options: ConnectOptions) {
    this.#loop = loop;
    this.#outcome = outcome;
    const { family, bytes } = encodeAddress(ip, options.port);
    this.#peer = decodeAddress(bytes) as SocketAddress;
    this.fd = check(loop.kernel.socket(family, SOCK_STREAM), 'socket');
    try {
      setConnectionOptions(loop.kernel, this.fd, options);
      this.#connect(bytes);
      check(loop.poller.add(this, EPOLLOUT), 'epoll_ctl');
    } catch (error) {
      loop.kernel.close(this.fd);
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

  #connect(sockaddr: Uint8Array): void {
    const result = this.#loop.kernel.connect(this.fd, sockaddr, sockaddr.length);
    if (result !== -EINPROGRESS) check(result, 'connect', addressText(this.#peer));
  }

  #leave(): void {
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
  }
}
