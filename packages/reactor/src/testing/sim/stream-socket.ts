import { constants } from 'node:os';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP } from '../../kernel/abi.js';
import type { SocketAddress } from '../../net/address.js';
import type { Bound, Ports } from './network.js';
import { ANY_EVENT, OpenFile } from './open-file.js';
import { Transmission } from './transmission.js';
import type { World } from './world.js';

const {
  EADDRINUSE, EADDRNOTAVAIL, EAGAIN, EALREADY, ECONNREFUSED, ECONNRESET, EINPROGRESS, EINVAL, EISCONN, ENOTCONN, EPIPE, ETIMEDOUT,
} = constants.errno;

/** The states of RFC 9293 as far as a program can tell them apart. A connection that was broken is `closed`, as one that never was. */
type State = 'closed' | 'listening' | 'connecting' | 'connected';

/** tcp_syn_retries of tcp(7) by default: repeated after 1, 2, 4 … seconds, and given up after 127. */
const SYN_RETRY_MS = 1000;
const SYN_RETRIES = 6;

/** A TCP socket, as tcp(7) and the kernel's tcp_poll have it. */
export class StreamSocket extends OpenFile implements Bound {
  local: SocketAddress | undefined;
  remote: SocketAddress | undefined;
  reusePort = false;
  v6Only = false;
  /** SO_LINGER with a time of 0: closing resets the connection. */
  lingerZero = false;
  /** SO_ERROR: positive, told once. */
  error = 0;
  /** SOCK_NOSPACE: somebody has met a full buffer, and is woken when there is room again. */
  awaitsRoom = false;
  readonly #world: World;
  readonly #ports: Ports<StreamSocket>;
  #state: State = 'closed';
  #sendShut = false;
  #receiveShut = false;
  #out: Transmission | undefined;
  #in: Transmission | undefined;
  #peer: StreamSocket | undefined;
  #abandoned = false;
  #synsLost = 0;
  readonly #backlog: StreamSocket[] = [];
  #backlogLimit = 0;

  constructor(world: World) {
    super();
    this.#world = world;
    this.#ports = world.network.ports('tcp');
  }

  /** A connection that has seen both ends is closed, too. */
  get state(): State {
    return this.finReceived && this.#out?.finDelivered === true ? 'closed' : this.#state;
  }

  /** Bytes that have arrived and are not read, the peer's end being one more thing to read. */
  get unread(): number {
    return this.#in?.readable ?? 0;
  }

  /** Whether the peer's FIN has arrived. */
  get finReceived(): boolean {
    return this.#in?.finDelivered ?? false;
  }

  /** As sk_stream_is_writeable has it: at least a third of the buffer is free. */
  get writable(): boolean {
    return this.#out === undefined || this.#out.room >= this.#out.underWay / 2;
  }

  readiness(): number {
    if (this.#state === 'listening') return this.#backlog.length > 0 ? EPOLLIN : 0;
    const [shutIn, shutOut] = [this.#receiveShut, this.#sendShut];
    let events = this.error === 0 ? 0 : EPOLLERR;
    if ((shutIn && shutOut) || this.#state === 'closed') events |= EPOLLHUP;
    if (shutIn) events |= EPOLLIN | EPOLLRDHUP;
    if (this.#state === 'connecting') return events;
    if (this.unread > 0) events |= EPOLLIN;
    if (shutOut || this.writable) events |= EPOLLOUT;
    else this.awaitsRoom = true;
    return events;
  }

  /** SO_ERROR of socket(7): asking takes it away. */
  takeError(): number {
    const error = this.error;
    this.error = 0;
    return error;
  }

  // --- Before there is a connection

  bind(address: SocketAddress): number {
    if (this.local !== undefined) return -EINVAL;
    const port = this.#ports.choose(address.address, address.port, this);
    if (port < 0) return port;
    this.local = { family: address.family, address: address.address, port };
    this.#ports.add(port, this);
    return 0;
  }

  listen(backlog: number): number {
    if (this.#state !== 'closed' && this.#state !== 'listening') return -EINVAL;
    if (this.local === undefined) return -EADDRINUSE;
    this.#state = 'listening';
    this.#backlogLimit = backlog;
    return 0;
  }

  /** Takes the next connection that waits; undefined if there is none. */
  accept(): StreamSocket | undefined {
    return this.#backlog.shift();
  }

  connect(address: SocketAddress): number {
    if (this.#state === 'connecting') return -EALREADY;
    if (this.#state === 'connected' || this.#state === 'listening') return -EISCONN;
    const loopback = address.family === 'IPv6' ? '::1' : '127.0.0.1';
    if (this.local === undefined && this.bind({ family: address.family, address: loopback, port: 0 }) < 0) return -EADDRNOTAVAIL;
    this.remote = address;
    this.#state = 'connecting';
    this.#synsLost = 0;
    this.#sendSyn();
    return -EINPROGRESS;
  }

  // --- Bytes

  recv(base: Uint8Array, offset: number, length: number): number {
    if (this.#state === 'listening') return -ENOTCONN;
    if (length === 0) return 0;
    const incoming = this.#in;
    if (incoming !== undefined && incoming.readable > 0) return this.#read(incoming, base, offset, length);
    if (this.finReceived) return 0;
    if (this.error !== 0) return -this.takeError();
    if (this.#receiveShut) return 0;
    return this.#state === 'closed' ? -ENOTCONN : -EAGAIN;
  }

  send(base: Uint8Array, offset: number, length: number): number {
    if (this.#state === 'connecting') return -EAGAIN;
    if (this.error !== 0) return -this.takeError();
    if (this.#sendShut || this.#out === undefined) return -EPIPE;
    const room = this.#out.roomFor(length);
    if (room < length) this.awaitsRoom = true;
    if (room <= 0) return -EAGAIN;
    const count = Math.min(room, length);
    this.#out.send(base, offset, count);
    return count;
  }

  /** SHUT_WR or SHUT_RDWR of shutdown(2), by its bits: 1 for receiving, 2 for sending. */
  shutdown(how: number): number {
    if (how < 0 || how > 2) return -EINVAL;
    const directions = how + 1;
    const broken = this.state === 'closed';
    if (this.#state === 'listening' || (broken && this.remote === undefined)) return -ENOTCONN;
    if ((directions & 1) !== 0) this.#receiveShut = true;
    if ((directions & 2) !== 0) this.#shutOut();
    this.wake(ANY_EVENT);
    return broken ? -ENOTCONN : 0;
  }

  /** Breaks the connection: the peer gets a reset, behind what is under way to it as far as the network brings it. */
  abort(): void {
    const peer = this.#peer;
    this.#close();
    if (peer === undefined) return;
    this.#world.transmit(() => {
      this.#out?.cut();
      peer.#resetReceived();
    });
  }

  /** A reset comes from the network: neither end has sent it. */
  breakOff(): void {
    const peer = this.#peer;
    this.#resetReceived();
    if (peer !== undefined) peer.#resetReceived();
  }

  protected released(): void {
    this.#abandoned = true;
    if (this.local !== undefined) this.#ports.remove(this.local.port, this);
    if (this.#state === 'listening') for (const waiting of this.#backlog.splice(0)) waiting.abort();
    if (this.#state !== 'connected') this.#state = 'closed';
    else if (this.lingerZero || this.unread > 0) this.abort();
    else this.#shutOut();
  }

  // --- The handshake

  #sendSyn(): void {
    const { random, conditions } = this.#world;
    if (this.#state !== 'connecting') return;
    if (this.#synsLost > SYN_RETRIES) this.#failed(ETIMEDOUT);
    else if (random.chance(conditions.lostConnects)) this.#synLost();
    else this.#world.transmit(() => this.#synArrived());
  }

  #synLost(): void {
    this.#world.transmit(() => this.#sendSyn(), SYN_RETRY_MS * 2 ** this.#synsLost++);
  }

  #synArrived(): void {
    if (this.#state !== 'connecting') return;
    const listeners = this.#ports.find(this.remote as SocketAddress).filter((socket) => socket.#state === 'listening');
    if (listeners.length === 0) return this.#failed(ECONNREFUSED);
    const listener = this.#world.random.pick(listeners);
    // As Linux does: who meets a full backlog is not answered, and tries again.
    if (listener.#backlog.length > listener.#backlogLimit) this.#synLost();
    else this.#establish(listener);
  }

  #failed(error: number): void {
    this.#state = 'closed';
    this.error = error;
    this.#receiveShut = this.#sendShut = true;
    this.wake(ANY_EVENT);
  }

  #establish(listener: StreamSocket): void {
    const accepted = new StreamSocket(this.#world);
    accepted.local = this.remote;
    accepted.remote = this.local;
    accepted.#peer = this;
    this.#peer = accepted;
    accepted.#state = this.#state = 'connected';
    accepted.#in = this.#out = this.#transmissionTo(accepted);
    this.#in = accepted.#out = accepted.#transmissionTo(this);
    listener.#backlog.push(accepted);
    this.wake(ANY_EVENT);
    listener.wake(EPOLLIN);
  }

  // --- What the network brings

  #transmissionTo(receiver: StreamSocket): Transmission {
    return new Transmission(this.#world, {
      roomMade: () => this.#roomMade(),
      bytesArrived: () => receiver.#bytesArrived(),
      finArrived: () => receiver.#finArrived(this),
      torn: () => this.breakOff(),
    });
  }

  #bytesArrived(): void {
    // Nobody will read it: who closed before the end answers with a reset (RFC 2525, section 2.17).
    if (this.#abandoned) this.abort();
    else if (!this.#receiveShut) this.wake(EPOLLIN);
  }

  #finArrived(sender: StreamSocket): void {
    this.#receiveShut = true;
    this.wake(ANY_EVENT);
    // Its acknowledgement changes the sender's state to FIN-WAIT-2 or CLOSED, of which whoever waits is told.
    sender.wake(ANY_EVENT);
  }

  #roomMade(): void {
    if (!this.awaitsRoom || !this.writable) return;
    this.awaitsRoom = false;
    this.wake(EPOLLOUT);
  }

  #resetReceived(): void {
    if (this.state !== 'connected') return;
    this.error = this.finReceived ? EPIPE : ECONNRESET;
    this.#close();
    this.wake(ANY_EVENT);
  }

  #close(): void {
    this.#state = 'closed';
    this.#receiveShut = this.#sendShut = true;
    this.#peer = undefined;
    this.#in?.cut();
  }

  // --- Bytes, as the conditions have it

  #read(incoming: Transmission, base: Uint8Array, offset: number, length: number): number {
    const { random, conditions } = this.#world;
    if (this.#state === 'connected' && !this.#receiveShut && random.chance(conditions.prematureEvents)) {
      incoming.retract(random.below(incoming.readable));
      if (incoming.readable === 0) return -EAGAIN;
    }
    return incoming.read(base, offset, length);
  }

  #shutOut(): void {
    this.#sendShut = true;
    this.#out?.sendFin();
  }
}
