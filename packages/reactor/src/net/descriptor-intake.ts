import { EPOLLIN, SOCKADDR_STORAGE_BYTES } from '../kernel/abi.js';
import { ACCEPT_BUDGET_CALLS } from '../limits.js';
import type { Loop } from '../loop/loop.js';
import { monotonicMs } from '../loop/stopwatch.js';
import type { DescriptorLedger } from '../structures/descriptor-ledger.js';
import type { DescriptorRing } from '../structures/descriptor-ring.js';
import type { SocketAddress } from './address.js';
import { Entrance } from './entrance.js';
import type { Acceptor } from './listener.js';
import { peerAddress } from './socket-name.js';

export interface IntakeParts {
  readonly ring: DescriptorRing;
  /** An eventfd that is readable when somebody has put something in. The writer's, and so not closed here. */
  readonly doorbell: number;
  readonly ledger: DescriptorLedger;
  /** Our number in the ledger. */
  readonly owner: number;
  /** Where the connections were accepted. */
  readonly address: SocketAddress;
}

/** Where connections come in that another thread has accepted: the reading end of a ring of descriptors. */
export class DescriptorIntake extends Entrance {
  readonly fd: number;
  readonly #loop: Loop;
  readonly #acceptor: Acceptor;
  readonly #parts: IntakeParts;
  readonly #peer = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  #closed = false;

  /** Errors: EL_SLOTS_EXHAUSTED, and a SystemError of epoll_ctl. */
  constructor(loop: Loop, acceptor: Acceptor, parts: IntakeParts) {
    super();
    this.#loop = loop;
    this.#acceptor = acceptor;
    this.#parts = parts;
    this.fd = parts.doorbell;
    loop.poller.enter(this, EPOLLIN);
    acceptor.opened(this.address);
    // Of what was put in for who had this place before, nobody else tells.
    loop.makeReady(this);
  }

  get address(): SocketAddress {
    return this.#parts.address;
  }

  get closed(): boolean {
    return this.#closed;
  }

  mark(): void {
    this.#loop.counters.listenerEvents++;
  }

  service(): boolean {
    this.#loop.kernel.eventfdRead(this.fd);
    this.#parts.ring.lower();
    let left = ACCEPT_BUDGET_CALLS;
    while (left > 0 && !this.#closed && this.#takeNext()) left--;
    return left === 0 && !this.#closed;
  }

  acceptRest(): void {
    while (!this.#closed && this.#takeNext());
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#loop.forget(this);
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
    this.#acceptor.closed(this.address);
  }

  /** It is ours in the ledger before it leaves the ring: whenever this thread ends, one of the two knows of it. */
  #takeNext(): boolean {
    const { ring, ledger, owner } = this.#parts;
    const fd = ring.first;
    if (fd < 0) return false;
    this.#loop.meters.handoffSeconds.observe(Math.max(0, monotonicMs() - ring.firstSinceMs) / 1000);
    ledger.note(fd, owner);
    ring.shift();
    this.#acceptor.accepted(fd, peerAddress(this.#loop.kernel, fd, this.address, this.#peer));
    return true;
  }
}
