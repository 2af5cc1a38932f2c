import { EPOLLIN, EPOLLOUT } from '../kernel/abi.js';
import type { Loop } from '../loop/loop.js';
import { openConnections } from '../net/open-connections.js';
import { SocketConnection } from '../net/socket-connection.js';
import { EpollSet } from './sim/epoll-set.js';
import type { OpenFile } from './sim/open-file.js';
import type { SimKernel } from './sim/sim-kernel.js';
import type { StreamSocket } from './sim/stream-socket.js';

/** Something in the reactor is not as it must be, although nothing was asked of it that may not be asked. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

/**
 * Holds what a loop believes against what its simulated kernel knows. After every turn both must agree on who is registered;
 * and when the loop would sleep, nothing may be left that only a turn could bring forward.
 */
export class Audit {
  readonly #loop: Loop;
  readonly #kernel: SimKernel;

  constructor(loop: Loop, kernel: SimKernel) {
    this.#loop = loop;
    this.#kernel = kernel;
  }

  /** What must hold between any two turns. Throws an AuditError. */
  afterTurn(): void {
    this.#checkRegistrations();
    this.#checkReadyQueue();
    this.#checkCounts();
  }

  /** What must hold besides where the loop has nothing to do. */
  atRest(): void {
    demand(!this.#loop.busy, () => 'the loop rests, but has work that no event tells of');
    this.#checkInterests();
    for (const connection of openConnections(this.#loop.poller)) this.#checkAtRest(connection);
  }

  /** What must hold when the reactor is closed. */
  static afterClose({ descriptors }: SimKernel): void {
    const left = [...descriptors.entries()].map(([fd, file]) => `${fd} (${file.constructor.name})`);
    demand(left.length === 0, () => `the reactor is closed, but has left descriptors open: ${left.join(', ')}`);
  }

  /** Each registration is some channel's, by number, slot and generation. */
  #checkRegistrations(): void {
    const { poller } = this.#loop;
    for (const { fd, slot, generation } of this.#epollSet.registrations) {
      const channel = poller.channelOf(slot, generation);
      demand(channel !== undefined, () => `descriptor ${fd} is registered for slot ${slot}, generation ${generation}, which nobody has`);
      demand(channel.fd === fd, () => `descriptor ${fd} is registered for slot ${slot}, but what has that slot owns ${channel.fd}`);
    }
    this.#checkOwners();
  }

  /** Where a descriptor is closed behind its owner, its number is soon somebody else's, too. */
  #checkOwners(): void {
    const owned = new Set<number>();
    for (const { fd } of this.#loop.poller.channels()) {
      this.#fileOf(fd);
      demand(!owned.has(fd), () => `two channels own descriptor ${fd}`);
      owned.add(fd);
    }
  }

  #fileOf(fd: number): OpenFile {
    const file = this.#kernel.descriptors.at(fd);
    demand(file !== undefined, () => `a channel owns descriptor ${fd}, which is closed`);
    return file;
  }

  /** What a connection waits for, the kernel has been asked for: a one-shot registration above all, which forgets at each event. */
  #checkInterests(): void {
    for (const { fd, events, slot } of this.#epollSet.registrations) {
      const channel = this.#loop.poller.channelIn(slot);
      if (!(channel instanceof SocketConnection)) continue;
      const what = `connection ${channel.id} (descriptor ${fd}, ${channel.phase})`;
      demand(!channel.wantsRead || (events & EPOLLIN) !== 0, () => `${what} reads, the loop rests, and epoll is not asked for EPOLLIN`);
      demand(!channel.blocked || (events & EPOLLOUT) !== 0, () => `${what} has bytes to send, the loop rests, and epoll is not asked for EPOLLOUT`);
    }
  }

  get #epollSet(): EpollSet {
    const set = this.#kernel.descriptors.at(this.#loop.poller.descriptor);
    demand(set instanceof EpollSet, () => 'the epoll set is gone');
    return set;
  }

  #checkReadyQueue(): void {
    for (const slot of this.#loop.ready.slots()) {
      demand(this.#loop.poller.isTaken(slot), () => `slot ${slot} is ready, but free`);
    }
  }

  #checkCounts(): void {
    const { accepted, connected, closed } = this.#loop.counters;
    const connections = [...openConnections(this.#loop.poller)];
    const open = connections.length;
    demand(accepted + connected - closed === open, () => `${accepted} accepted and ${connected} dialled less ${closed} closed are not the ${open} that are open`);
    const queued = connections.reduce((sum, { bytesQueued }) => sum + bytesQueued, 0);
    const counted = this.#loop.pool.queuedBytes;
    demand(queued === counted, () => `${counted} bytes are counted as queued, but the connections have ${queued}`);
  }

  /** A lost wake-up is what this looks for: bytes, an end, an error or room of which the connection will never hear. */
  #checkAtRest(connection: SocketConnection<unknown>): void {
    const socket = this.#fileOf(connection.fd) as StreamSocket;
    const what = `connection ${connection.id} (descriptor ${connection.fd}, ${connection.phase})`;
    if (connection.wantsRead) {
      demand(socket.unread === 0, () => `${what} reads, the loop rests, and ${socket.unread} bytes wait that it was told of`);
      demand(!socket.finReceived, () => `${what} reads, the loop rests, and the peer's end waits`);
      demand(socket.error === 0, () => `${what} reads, the loop rests, and error ${socket.error} waits`);
    }
    const forgotten = connection.bytesQueued > 0 && socket.writable && !socket.awaitsRoom;
    demand(!forgotten, () => `${what} has ${connection.bytesQueued} bytes to send, the loop rests, and the socket has room`);
  }
}

function demand(condition: boolean, complaint: () => string): asserts condition {
  if (!condition) throw new AuditError(complaint());
}
