import { HANDOFF_RETRY_MS } from '../limits.js';
import type { Loop } from '../loop/loop.js';
import { monotonicMs } from '../loop/stopwatch.js';
import type { Timer } from '../loop/timer.js';
import type { SocketAddress } from '../net/address.js';
import type { EntranceHandle } from '../net/entrance.js';
import { type Acceptor, Listener } from '../net/listener.js';
import { lentListening } from '../net/listening-socket.js';
import type { ReserveDescriptor } from '../net/reserve.js';
import { peerAddress } from '../net/socket-name.js';
import type { ListenerOptions } from '../options.js';
import { discard } from './discard.js';
import type { GroupSockets } from './group-sockets.js';
import type { Choice } from './placement.js';
import type { WorkerSlot } from './worker-slot.js';

export interface HandoffParts {
  readonly loop: Loop;
  readonly reserve: ReserveDescriptor;
  readonly sockets: GroupSockets;
  readonly options: ListenerOptions;
  readonly choose: Choice;
  /** Those who are to get new connections now. */
  readonly takers: () => readonly WorkerSlot[];
  /** Hears of shortages, as it does of any listener's. */
  readonly reception: Pick<Acceptor, 'acceptPaused'>;
}

/**
 * Accepts in the main thread and hands the descriptors on to workers. While none has room, or none is there, it accepts nobody, and who has
 * been accepted already waits here: so the queue is the kernel's backlog, as it is for a loop that is busy.
 */
export class HandoffAcceptor implements EntranceHandle {
  readonly #parts: HandoffParts;
  #listener: Listener | undefined;
  #waiting: number[] = [];
  #retry: Timer | undefined;
  #closed = false;

  /** Errors: those of a Listener. */
  constructor(parts: HandoffParts) {
    this.#parts = parts;
    this.#listen();
  }

  get address(): SocketAddress {
    return this.#parts.sockets.first.address;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Hands on who was on the way to a worker that is gone, and who waits: after a worker has come, too. */
  offer(descriptors: readonly number[] = []): void {
    this.#waiting.push(...descriptors);
    this.#handOn();
  }

  /** Accepts no more. Who has been accepted is still handed on. */
  close(): void {
    this.#closed = true;
    this.#listener?.close();
    this.#listener = undefined;
  }

  /** Nobody will take them any more. */
  discard(): void {
    this.close();
    this.#retry?.cancel();
    const { kernel } = this.#parts.loop;
    for (const fd of this.#waiting.splice(0)) discard(kernel, fd);
  }

  #listen(): void {
    const { loop, reserve, sockets, options, reception } = this.#parts;
    const acceptor: Acceptor = {
      opened: () => {},
      closed: () => (this.#listener = undefined),
      accepted: (fd, peer) => {
        if (this.#waiting.length > 0 || !this.#place(fd, peer)) this.#wait(fd);
      },
      acceptPaused: (address, cause) => reception.acceptPaused(address, cause),
    };
    this.#listener = new Listener(loop, acceptor, reserve, lentListening(loop.kernel, sockets.first.fd), options);
    if (!sockets.accepting) this.#listener.hold();
  }

  #place(fd: number, peer: SocketAddress): boolean {
    const { takers, choose } = this.#parts;
    const candidates = takers().filter(({ handoff }) => handoff !== undefined && handoff.ring.size < handoff.ring.capacity);
    return candidates.length > 0 && choose(candidates, peer).hand(fd, monotonicMs());
  }

  #wait(fd: number): void {
    this.#waiting.push(fd);
    this.#listener?.close();
    this.#retry ??= this.#parts.loop.clock.after(HANDOFF_RETRY_MS, () => {
      this.#retry = undefined;
      this.#handOn();
    });
  }

  #handOn(): void {
    const { kernel } = this.#parts.loop;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const fd of waiting) if (this.#waiting.length > 0 || !this.#place(fd, peerAddress(kernel, fd, this.address))) this.#wait(fd);
    if (this.#waiting.length === 0 && this.#listener === undefined && !this.#closed) this.#listen();
  }
}
