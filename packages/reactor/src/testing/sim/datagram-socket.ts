import { constants } from 'node:os';
import { EPOLLIN, EPOLLOUT } from '../../kernel/abi.js';
import { MAX_DATAGRAM_BYTES } from '../../limits.js';
import type { SocketAddress } from '../../net/address.js';
import type { Bound, Ports } from './network.js';
import { OpenFile } from './open-file.js';
import type { World } from './world.js';

const { EAGAIN, EINVAL, EMSGSIZE } = constants.errno;

export interface Datagram {
  readonly payload: Buffer;
  readonly from: SocketAddress;
}

/** A UDP socket (udp(7)). What finds no room at the receiver is lost, as everything is for which nobody is bound. */
export class DatagramSocketFile extends OpenFile implements Bound {
  local: SocketAddress | undefined;
  reusePort = false;
  v6Only = false;
  readonly #world: World;
  readonly #ports: Ports<DatagramSocketFile>;
  readonly #family: 'IPv4' | 'IPv6';
  readonly #received: Datagram[] = [];
  #unreadBytes = 0;

  constructor(world: World, family: 'IPv4' | 'IPv6') {
    super();
    this.#world = world;
    this.#family = family;
    this.#ports = world.network.ports('udp');
  }

  readiness(): number {
    return EPOLLOUT | (this.#received.length > 0 ? EPOLLIN : 0);
  }

  bind({ family, address, port }: SocketAddress): number {
    if (this.local !== undefined) return -EINVAL;
    const chosen = this.#ports.choose(address, port, this);
    if (chosen < 0) return chosen;
    this.local = { family, address, port: chosen };
    this.#ports.add(chosen, this);
    return 0;
  }

  /** Returns the bytes, or -errno. */
  send(payload: Buffer, to: SocketAddress): number {
    if (payload.length > MAX_DATAGRAM_BYTES) return -EMSGSIZE;
    if (this.local === undefined) this.bind({ family: this.#family, address: this.#family === 'IPv6' ? '::' : '0.0.0.0', port: 0 });
    const { random, conditions } = this.#world;
    const copies = random.chance(conditions.lostDatagrams) ? 0 : 1 + (random.chance(conditions.doubledDatagrams) ? 1 : 0);
    const datagram = { payload: Buffer.from(payload), from: this.#sender(to) };
    for (let copy = 0; copy < copies; copy++) this.#world.transmit(() => this.#arrive(datagram, to));
    // What has left the machine makes room again, which wakes who waits for that, also where there was room before.
    this.#world.transmit(() => this.wake(EPOLLOUT));
    return payload.length;
  }

  /** Takes the first datagram, or returns -EAGAIN. */
  receive(): Datagram | number {
    const datagram = this.#received.shift();
    if (datagram === undefined) return -EAGAIN;
    this.#unreadBytes -= datagram.payload.length;
    return datagram;
  }

  protected released(): void {
    if (this.local !== undefined) this.#ports.remove(this.local.port, this);
  }

  /** A wildcard is no address to answer to: the packet bears that of the interface. */
  #sender({ family }: SocketAddress): SocketAddress {
    const { address, port } = this.local as SocketAddress;
    if (address !== '0.0.0.0' && address !== '::') return this.local as SocketAddress;
    return { family, address: family === 'IPv6' ? '::1' : '127.0.0.1', port };
  }

  #arrive(datagram: Datagram, to: SocketAddress): void {
    const receivers = this.#ports.find(to);
    if (receivers.length > 0) this.#world.random.pick(receivers).#take(datagram);
  }

  #take(datagram: Datagram): void {
    if (this.#unreadBytes + datagram.payload.length > this.#world.conditions.receiveBufferBytes) return;
    this.#unreadBytes += datagram.payload.length;
    this.#received.push(datagram);
    this.wake(EPOLLIN);
  }
}
