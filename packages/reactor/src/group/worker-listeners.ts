import type { Kernel } from '../kernel/kernel.js';
import { type SocketAddress, UNKNOWN_ADDRESS } from '../net/address.js';
import { DescriptorIntake, type IntakeParts } from '../net/descriptor-intake.js';
import type { Entrance, EntranceHandle } from '../net/entrance.js';
import { type Acceptor, Listener } from '../net/listener.js';
import { lentListening } from '../net/listening-socket.js';
import type { ListenerOptions } from '../options.js';
import type { HostedBy } from '../plugin/plugin-host.js';

export interface WorkerListenersParts extends Pick<HostedBy, 'loop' | 'reserve'> {
  readonly kernel: Kernel;
  readonly acceptor: Acceptor;
  readonly options: ListenerOptions;
}

/** The ways into a worker: sockets of the group that it serves now, by their descriptors, or a ring by which connections are handed over. */
export class WorkerListeners implements EntranceHandle {
  readonly #parts: WorkerListenersParts;
  readonly #open = new Map<number, Entrance>();
  #closed = false;

  constructor(parts: WorkerListenersParts) {
    this.#parts = { ...parts, acceptor: quietly(parts.acceptor) };
  }

  get address(): SocketAddress {
    const [first] = this.#open.values();
    return first?.address ?? UNKNOWN_ADDRESS;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Accepts from a socket of the group, alone or with others. */
  serve(fd: number, exclusive: boolean): void {
    const { loop, acceptor, reserve, options, kernel } = this.#parts;
    this.#add(fd, () => new Listener(loop, acceptor, reserve, lentListening(kernel, fd), { ...options, exclusive }));
  }

  /** Takes in whom another thread accepts. */
  takeIn(parts: IntakeParts): void {
    const { loop, acceptor } = this.#parts;
    this.#add(parts.doorbell, () => new DescriptorIntake(loop, acceptor, parts));
  }

  leave(fd: number): void {
    this.#open.get(fd)?.close();
    this.#open.delete(fd);
  }

  close(): void {
    this.#closed = true;
    for (const fd of this.#open.keys()) this.leave(fd);
  }

  /** None is opened any more when the end has begun. */
  #add(fd: number, open: () => Entrance): void {
    if (this.#closed || this.#open.has(fd)) return;
    this.#open.set(fd, open());
  }
}

/** That a worker serves a socket or leaves it is no news: who is away is stood in for. Where the group listens, the main thread tells. */
function quietly(acceptor: Acceptor): Acceptor {
  return {
    opened: () => {},
    closed: () => {},
    accepted: (fd, peer) => acceptor.accepted(fd, peer),
    acceptPaused: (address, cause) => acceptor.acceptPaused(address, cause),
  };
}
