import { constants } from 'node:os';
import type { SocketAddress } from '../../net/address.js';

const { EADDRINUSE } = constants.errno;

/** ip_local_port_range of ip(7), as Linux has it. */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

/** A socket that can be found by its address. */
export interface Bound {
  readonly local: SocketAddress | undefined;
  readonly reusePort: boolean;
}

/** The ports of one protocol, and the sockets that are bound to them. */
export class Ports<T extends Bound> {
  readonly #byPort = new Map<number, T[]>();
  #next = FIRST_EPHEMERAL;

  /** The port that a socket gets which asks for this one, 0 being any; or -EADDRINUSE. */
  choose(address: string, port: number, reusePort: boolean): number {
    if (port !== 0) return this.#taken(address, port, reusePort) ? -EADDRINUSE : port;
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
    return sockets.filter(({ local }) => local !== undefined && (local.address === address || isWildcard(local.address)));
  }

  #taken(address: string, port: number, reusePort: boolean): boolean {
    return (this.#byPort.get(port) ?? []).some(
      (other) => !(reusePort && other.reusePort) && (other.local?.address === address || isWildcard(address) || isWildcard(other.local?.address)),
    );
  }
}

function isWildcard(address: string | undefined): boolean {
  return address === '0.0.0.0' || address === '::';
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
