import { type SocketAddress, decodeAddress } from './address.js';
import type { Channel } from '../loop/channel.js';
import { SystemError, check } from '../errors.js';
import { EINPROGRESS, EPOLLOUT, SOCK_STREAM, SOL_SOCKET, SO_ERROR } from '../kernel/abi.js';
import type { RemoteEndpoint } from './endpoint.js';
import type { Loop } from '../loop/loop.js';

/** How a dial ends: with a connected descriptor or with an error. */
export interface DialOutcome {
  connected(dial: Dial, peer: SocketAddress): void;
  failed(dial: Dial, error: Error): void;
}

/**
 * One attempt to connect(2) to one address, without blocking: the socket becomes writable when the kernel knows the
 * outcome, and SO_ERROR tells which. One of the outcome's methods is called, once, after the constructor has returned,
 * unless the dial is abandoned before. Until then it owns the descriptor; that of a connected dial is the taker's.
 */
export class Dial implements Channel {
  readonly fd: number;
  readonly keepsAlive = true;
  slot = -1;
  readonly #loop: Loop;
  readonly #outcome: DialOutcome;
  readonly #endpoint: RemoteEndpoint;

  /** Errors: EL_SLOTS_EXHAUSTED, and a SystemError of socket, setsockopt, connect or epoll_ctl. */
  constructor(loop: Loop, outcome: DialOutcome, endpoint: RemoteEndpoint) {
    this.#loop = loop;
    this.#outcome = outcome;
    this.#endpoint = endpoint;
    this.fd = check(loop.kernel.socket(endpoint.address.family, SOCK_STREAM), 'socket');
    try {
      this.#start();
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
      const { bytes } = this.#endpoint.address;
      this.#outcome.connected(this, decodeAddress(bytes, bytes.length) as SocketAddress);
    } else {
      this.#loop.kernel.close(this.fd);
      this.#outcome.failed(this, new SystemError(-Math.abs(errno), 'connect', this.#endpoint.text));
    }
    return false;
  }

  /** Gives up without an outcome. */
  abandon(): void {
    this.#loop.forget(this);
    this.#leave();
    this.#loop.kernel.close(this.fd);
  }

  /** For the poller. Whoever dials hears of the reactor's end first, and abandons. */
  destroy(): void {
    this.abandon();
  }

  #start(): void {
    const { kernel, poller } = this.#loop;
    const { address: { bytes }, text } = this.#endpoint;
    this.#endpoint.prepare(kernel, this.fd);
    const result = kernel.connect(this.fd, bytes, bytes.length);
    if (result !== -EINPROGRESS) check(result, 'connect', text);
    poller.enter(this, EPOLLOUT);
  }

  #leave(): void {
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
  }
}
