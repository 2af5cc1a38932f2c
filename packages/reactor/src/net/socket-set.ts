import { check } from '../errors.js';
import type { Loop } from '../loop/loop.js';
import { type SocketAddress, addressText } from './address.js';
import { DatagramSocket } from './datagram-socket.js';
import type { LocalEndpoint } from './endpoint.js';
import type { EntranceHandle } from './entrance.js';
import { type Acceptor, Listener, type ListenerParts } from './listener.js';
import { type ListeningSocket, adoptListening, openListening } from './listening-socket.js';
import type { ReserveDescriptor } from './reserve.js';

/** What a socket is for, so that it gets into the right hands in another process. */
export type Use = 'connections' | 'datagrams' | 'admin';

/** A socket that outlives the process that has opened it. */
export interface PassedSocket {
  readonly fd: number;
  readonly use: Use;
  /** What was asked for when it was opened: an address, with port 0 where the kernel was to choose, or a path. */
  readonly asked: string;
  /** Where it is bound. */
  readonly address: string;
}

/**
 * Sockets that one process leaves to the next: a reactor's, or those of many. The one who leaves holds them, and releases
 * them, or resumes if there is no successor in the end; the one who adopts them holds them until they are its own, and resumes.
 */
export interface SocketSet {
  /** What this process has open. */
  list(): readonly PassedSocket[];
  /** Takes over descriptors: who opens a socket that is among them gets it, and accepts nothing before `resume`. */
  adopt(passed: readonly PassedSocket[]): void;
  /** What was adopted and nobody has opened. */
  readonly unclaimed: readonly PassedSocket[];
  /** Accepts nothing for now; who connects waits in the backlogs. Datagrams are received all the same: who gets one may answer it. */
  hold(): void;
  resume(): void;
  /** Gives up all descriptors and touches nothing else: what waits in the backlogs is the next one's, and so are the files of Unix sockets. */
  release(): void;
}

/** A socket that somebody beside the loop serves, with a descriptor of his own. */
export interface Lent {
  /** A duplicate, which is the borrower's to close. */
  readonly fd: number;
  readonly address: SocketAddress;
  /** It is not needed any more. */
  close(): void;
}

/** Sockets from which others than this loop accept: the loops of other threads. */
export interface SharedSockets {
  sockets(): readonly ListeningSocket[];
  /** As those of a SocketSet. */
  hold(): void;
  resume(): void;
  release(): void;
}

interface Loan {
  readonly socket: ListeningSocket;
  readonly use: Use;
  /** Tells the borrower that he has to close it, and his own descriptor. */
  readonly end: () => void;
}

/** The sockets of one loop. */
export class LoopSockets implements SocketSet {
  readonly #loop: Loop;
  readonly #reserve: ReserveDescriptor;
  #unclaimed: PassedSocket[] = [];
  readonly #loans = new Set<Loan>();
  readonly #shared = new Set<SharedSockets>();
  #held = false;
  #released = false;

  constructor(loop: Loop, reserve: ReserveDescriptor) {
    this.#loop = loop;
    this.#reserve = reserve;
  }

  get unclaimed(): readonly PassedSocket[] {
    return this.#unclaimed;
  }

  list(): PassedSocket[] {
    const elsewhere = [...this.#shared].flatMap((shared) => shared.sockets());
    const here = this.#listeners().map(({ socket }) => socket).filter(({ fd }) => !elsewhere.some((socket) => socket.fd === fd));
    return [
      ...[...here, ...elsewhere].map((socket) => passedSocketOf('connections', socket)),
      ...this.#datagramSockets().map((socket) => passedSocketOf('datagrams', socket)),
      ...[...this.#loans].map(({ use, socket }) => passedSocketOf(use, socket)),
    ];
  }

  adopt(passed: readonly PassedSocket[]): void {
    this.#unclaimed = [...passed];
    this.#held = true;
  }

  hold(): void {
    this.#held = true;
    for (const accepting of [...this.#listeners(), ...this.#shared]) accepting.hold();
  }

  resume(): void {
    if (this.#released) return;
    this.#held = false;
    for (const accepting of [...this.#listeners(), ...this.#shared]) accepting.resume();
  }

  release(): void {
    this.hold();
    this.#released = true;
    for (const channel of [...this.#listeners(), ...this.#datagramSockets()]) channel.close();
    for (const shared of this.#shared) shared.release();
    for (const { end } of this.#loans) end();
    for (const { fd } of this.#unclaimed.splice(0)) this.#loop.kernel.close(fd);
  }

  /** Opens a socket, or takes the adopted one. Errors: those of openListening. */
  open(use: Use, endpoint: LocalEndpoint, backlog: number): ListeningSocket {
    return this.openPassed(use, endpoint) ?? openListening(this.#loop.kernel, endpoint, backlog);
  }

  /** Takes an adopted socket that is bound there, or was to be; undefined if there is none. Error: a SystemError. */
  openPassed(use: Use, endpoint: LocalEndpoint, asked = endpoint.text): ListeningSocket | undefined {
    const fd = this.claim(use, asked);
    return fd === undefined ? undefined : adoptListening(this.#loop.kernel, endpoint, fd);
  }

  /**
   * Accepts from what `open` gives; and from all other sockets of this address, as there are where several loops have served before, each from
   * one of its own. Errors: those of openListening and of Listener.
   */
  listen(acceptor: Acceptor, endpoint: LocalEndpoint, parts: ListenerParts): EntranceHandle {
    const first = this.#listenOn(this.open('connections', endpoint, parts.backlog), acceptor, parts);
    const listeners = [first];
    const next = () => this.openPassed('connections', endpoint, addressText(first.address));
    for (let more = next(); more !== undefined; more = next()) listeners.push(this.#listenOn(more, acceptor, parts));
    return {
      address: first.address,
      get closed() {
        return first.closed;
      },
      close: () => listeners.forEach((listener) => listener.close()),
    };
  }

  #listenOn(socket: ListeningSocket, acceptor: Acceptor, parts: ListenerParts): Listener {
    const listener = new Listener(this.#loop, acceptor, this.#reserve, socket, parts);
    if (this.#held) listener.hold();
    return listener;
  }

  /** From now on these belong to the set, too: `open` has opened them, for others than this loop. */
  include(shared: SharedSockets): void {
    this.#shared.add(shared);
    if (this.#held) shared.hold();
  }

  exclude(shared: SharedSockets): void {
    this.#shared.delete(shared);
  }

  /** Opens a socket for somebody beside the loop. Errors: those of openListening, and a SystemError of fcntl. */
  lend(use: Use, endpoint: LocalEndpoint, backlog: number, end: () => void): Lent {
    const socket = this.open(use, endpoint, backlog);
    const loan: Loan = { socket, use, end };
    this.#loans.add(loan);
    try {
      return { fd: check(this.#loop.kernel.duplicate(socket.fd), 'fcntl'), address: socket.address, close: () => this.#return(loan) };
    } catch (error) {
      this.#return(loan);
      throw error;
    }
  }

  #return(loan: Loan): void {
    if (!this.#loans.delete(loan)) return;
    if (this.#held) loan.socket.leave();
    else loan.socket.close();
  }

  /** Takes a descriptor out of what was adopted; undefined if there is none for this. */
  claim(use: Use, asked: string): number | undefined {
    const index = this.#unclaimed.findIndex((one) => one.use === use && (one.asked === asked || one.address === asked));
    return index < 0 ? undefined : this.#unclaimed.splice(index, 1)[0]?.fd;
  }

  #listeners(): Listener[] {
    return [...this.#loop.poller.channels()].filter((channel) => channel instanceof Listener);
  }

  #datagramSockets(): DatagramSocket[] {
    return [...this.#loop.poller.channels()].filter((channel) => channel instanceof DatagramSocket);
  }
}

function passedSocketOf(use: Use, { fd, asked, address }: Pick<ListeningSocket, 'fd' | 'asked' | 'address'>): PassedSocket {
  return { fd, use, asked, address: addressText(address) };
}
