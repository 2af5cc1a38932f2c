import { check } from '../errors.js';
import { hostText } from '../net/address.js';
import type { Observer } from './sim/open-file.js';
import type { StreamSocket } from './sim/stream-socket.js';
import { type PeerEvents, SimPeer } from './sim-peer.js';

const BACKLOG_CONNECTIONS = 1024;

/** A server in the simulated world, for the reactor to dial. It accepts at once whoever comes. */
export class SimListener implements Observer {
  /** Those who came, the first one first; also those that have left. */
  readonly peers: SimPeer[] = [];
  readonly #socket: StreamSocket;
  readonly #events: PeerEvents;

  /** `socket` is bound. */
  constructor(socket: StreamSocket, events: PeerEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.references++;
    socket.observers.push(this);
    const { address, port } = socket.local as NonNullable<StreamSocket['local']>;
    check(socket.listen(BACKLOG_CONNECTIONS), 'listen', hostText(address, port));
  }

  get port(): number {
    return this.#socket.local?.port ?? 0;
  }

  woken(): boolean {
    for (let socket = this.#socket.accept(); socket !== undefined; socket = this.#socket.accept()) {
      this.peers.push(new SimPeer(socket, this.#events));
    }
    return false;
  }

  gone(): void {
    // Closed by ourselves.
  }

  /** Refuses whoever comes from now on. */
  close(): void {
    this.#socket.release();
  }
}
