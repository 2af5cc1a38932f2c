import { SharedCount } from '../structures/shared-count.js';
import { TokenBucket } from '../structures/token-bucket.js';
import type { SocketAddress } from './address.js';

/** Why a connection is refused: by which limit. */
export type Refusal = 'total' | 'address' | 'rate';

/** 0 means no limit. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  /** Left out where peers have no address to count by. */
  readonly maxConnectionsPerAddress?: number;
  readonly maxAcceptsPerSecond: number;
}

/**
 * Who may come in by a listener. Counts the connections it has admitted, in all and for each remote address, until they
 * are released. An IPv6 peer counts as its /64 network, for whoever has one address of it has all of them (RFC 6177).
 *
 * What is counted in all may be counted together with other threads. They are never more than the limit; where two threads admit somebody
 * to the last place in the same instant, both may refuse.
 */
export class Admission {
  readonly #whole: Admission | undefined;
  #limits: AdmissionLimits;
  #rate: TokenBucket | undefined;
  readonly #byAddress = new Map<string, number>();
  readonly #admitted: SharedCount;

  /** `whole` is the admission of which this one is a part, and which must agree too. `admitted` counts together with other threads. */
  constructor(limits: AdmissionLimits, nowMs: number, whole?: Admission, admitted = new SharedCount()) {
    this.#whole = whole;
    this.#admitted = admitted;
    this.#limits = limits;
    this.#changeRate(limits.maxAcceptsPerSecond, nowMs);
  }

  /**
   * Goes on with other limits; who is in stays. `admitted` are the peers that are in, each as often as it is: addresses
   * are counted only where they are limited, so that count may begin here.
   */
  reconfigure(limits: AdmissionLimits, nowMs: number, admitted: Iterable<SocketAddress>): void {
    this.#limits = limits;
    this.#changeRate(limits.maxAcceptsPerSecond, nowMs);
    this.#byAddress.clear();
    if (this.#countsAddresses) for (const peer of admitted) this.#countAddress(peer, 1);
  }

  /** Connections that are admitted here and not released. */
  get size(): number {
    return this.#admitted.own;
  }

  /** Counts the peer in, or says which limit forbids that. */
  admit(peer: SocketAddress, nowMs: number): Refusal | undefined {
    // Counted first, so that of two threads at least one sees that both were there.
    this.#count(peer, 1);
    const refusal = this.#refusal(peer, nowMs);
    if (refusal !== undefined) this.#count(peer, -1);
    return refusal;
  }

  /** A peer that was admitted is gone. */
  release(peer: SocketAddress): void {
    this.#count(peer, -1);
    this.#whole?.release(peer);
  }

  /** By which limit the peer, who is counted already, is one too many. */
  #refusal(peer: SocketAddress, nowMs: number): Refusal | undefined {
    const { maxConnections, maxConnectionsPerAddress = 0 } = this.#limits;
    if (maxConnections > 0 && this.#admitted.sum > maxConnections) return 'total';
    if (maxConnectionsPerAddress > 0 && (this.#byAddress.get(keyOf(peer)) ?? 0) > maxConnectionsPerAddress) return 'address';
    if (this.#rate?.take(nowMs) === false) return 'rate';
    return this.#whole?.admit(peer, nowMs);
  }

  #count(peer: SocketAddress, change: 1 | -1): void {
    this.#admitted.add(change);
    if (this.#countsAddresses) this.#countAddress(peer, change);
  }

  get #countsAddresses(): boolean {
    return (this.#limits.maxConnectionsPerAddress ?? 0) > 0;
  }

  #countAddress(peer: SocketAddress, change: 1 | -1): void {
    const key = keyOf(peer);
    const count = (this.#byAddress.get(key) ?? 0) + change;
    if (count === 0) this.#byAddress.delete(key);
    else this.#byAddress.set(key, count);
  }

  #changeRate(perSecond: number, nowMs: number): void {
    if (perSecond === 0) this.#rate = undefined;
    else if (this.#rate === undefined) this.#rate = new TokenBucket(perSecond, nowMs);
    else this.#rate.changeRate(perSecond, nowMs);
  }
}

/** The address, or the first four groups of an IPv6 one: a "::" among them stands for as many zeros as there is room for. */
function keyOf({ family, address }: SocketAddress): string {
  if (family !== 'IPv6') return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(8 - groups.length - after.length).fill('0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
