import { isIPv4 } from 'node:net';
import { constants } from 'node:os';
import type { SocketAddress } from '../../net/address.js';

const { EADDRINUSE } = constants.errno;

/** ip_local_port_range of ip(7), as Linux has it. */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

/** A socket that can be found by its address. */
export interface Bound {
  readonly local: SocketAddress | undefined;
  /** SO_REUSEPORT and IPV6_V6ONLY. */
  readonly reusePort: boolean;
  readonly v6Only: boolean;
}

/** What decides whether two sockets can have the same port. */
type Claim = Pick<Bound, 'reusePort' | 'v6Only'>;

/** The ports of one protocol, and the sockets that are bound to them. */
export class Ports<T extends Bound> {
  readonly #byPort = new Map<number, T[]>();
  #next = FIRST_EPHEMERAL;

  /** The port that a socket gets which asks for this one, 0 being any; or -EADDRINUSE. */
  choose(address: string, port: number, claim: Claim): number {
    if (port !== 0) return this.#taken(address, port, claim) ? -EADDRINUSE : port;
    for (let tried = FIRST_EPHEMERAL; tried <= LAST_EPHEMERAL; tried++) {
      const candidate = this.#next;
      this.#next = candidate === LAST_EPHEMERAL ? FIRST_EPHEMERAL : candidate + 1;
      if (!this.#byPort.has(candidate)) return candidate;
    }
    return -EADDRINUSE;
  }

  add(port: number, socket: T): void {
    const sockets = this.#byPort.get(port);
    if (sockets === undefined) this.#byPort.set(port, [socket]);
    else sockets.push(socket);
  }

  remove(port: number, socket: T): void {
    const left = (this.#byPort.get(port) ?? []).filter((other) => other !== socket);
    if (left.length === 0) this.#byPort.delete(port);
    else this.#byPort.set(port, left);
  }

  /** Those that what is sent to this address is for: several if they share the port. */
  find({ address, port }: SocketAddress): readonly T[] {
    const sockets = this.#byPort.get(port) ?? [];
    return sockets.filter((socket) => socket.local !== undefined && covers(socket.local.address, socket, address));
  }

  #taken(address: string, port: number, claim: Claim): boolean {
    return (this.#byPort.get(port) ?? []).some((other) => {
      if (other.local === undefined || (claim.reusePort && other.reusePort)) return false;
      return covers(other.local.address, other, address) || covers(address, claim, other.local.address);
    });
  }
}

/** Whether a socket that is bound to `bound` gets what is for `address`: a wildcard stands for all, that of IPv6 for IPv4, too (ipv6(7)). */
function covers(bound: string, { v6Only }: Claim, address: string): boolean {
  if (bound === address) return true;
  if (bound === '0.0.0.0') return isIPv4(address);
  return bound === '::' && !(v6Only && isIPv4(address));
}

/** Who is bound where. TCP and UDP have ports of their own. */
export class Network {
  readonly #ports = new Map<string, Ports<Bound>>();

  /** The ports of a protocol. */
  ports<T extends Bound>(protocol: 'tcp' | 'udp'): Ports<T> {
    const known = this.#ports.get(protocol) ?? new Ports<Bound>();
    this.#ports.set(protocol, known);
    return known as unknown as Ports<T>;
  }
}
