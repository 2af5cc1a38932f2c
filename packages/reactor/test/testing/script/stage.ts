/** What a script plays on: a kernel whose descriptors and addresses go by label, and whose results go by name. */
import { constants } from 'node:os';
import { SOCKADDR_STORAGE_BYTES } from '../../../src/kernel/abi.js';
import type { Kernel } from '../../../src/kernel/kernel.js';
import { addressText, decodeAddress } from '../../../src/net/address.js';
import type { Place } from './place.js';

/** What a word of a script does, with the words behind it; returns what is observed. */
export type Verb = (stage: Stage, ...words: string[]) => string;

/** What an event carries: the label that it is of, and the number that only its latest registration has. */
interface Registration {
  readonly slot: number;
  readonly generation: number;
}

/** Close to the end of uint32, so that a sign that slips in is seen. */
const FIRST_GENERATION = 0xffff_f000;

export class Stage {
  readonly kernel: Kernel;
  /** What a socket is, to know how its address looks. */
  readonly kinds = new Map<string, string>();
  /** How many bytes `fill` has sent and `drain` has not had yet. */
  filled = 0;
  /** Signals that the script has claimed, to be released. */
  readonly claims: number[] = [];
  readonly #place: Place;
  readonly #descriptors = new Map<string, number>();
  readonly #open = new Set<number>();
  readonly #addresses = new Map<string, Uint8Array>();
  readonly #registrations = new Map<string, Registration>();
  readonly #slots: string[] = [];
  #generation = FIRST_GENERATION;

  constructor(place: Place) {
    this.#place = place;
    this.kernel = place.kernel;
    this.opened('epoll', this.kernel.epollCreate());
  }

  /** Closes what the script has left open. */
  end(): void {
    for (const fd of this.#open) this.kernel.close(fd);
    this.#open.clear();
    for (const signal of this.claims) this.kernel.releaseSignals(1 << (signal - 1), 0);
    this.#place.settle([]);
  }

  /** Waits until all that was sent has arrived. */
  settle(): void {
    this.#place.settle([...this.#open]);
  }

  raise(signal: number): void {
    this.#place.raise(signal);
  }

  /** The descriptor of a label; a closed one keeps its number, to be used after it has been closed. */
  fd(label: string): number {
    const fd = this.#descriptors.get(label);
    if (fd === undefined) throw new Error(`nothing is called "${label}"`);
    return fd;
  }

  fdOr(label: string, otherwise: number): number {
    return this.#descriptors.get(label) ?? otherwise;
  }

  /** Gives a new descriptor its label; what is not one is passed on as an errno. */
  opened(label: string, fd: number): string {
    if (fd < 0) return resultText(fd);
    this.#descriptors.set(label, fd);
    this.#open.add(fd);
    return 'ok';
  }

  close(label: string): string {
    const fd = this.fd(label);
    this.#open.delete(fd);
    return resultText(this.kernel.close(fd));
  }

  /** The numbers for the next registration of a label: its slot stays the same, its generation is new each time. */
  nextRegistration(label: string): Registration {
    let slot = this.#slots.indexOf(label);
    if (slot < 0) slot = this.#slots.push(label) - 1;
    return { slot, generation: this.#generation++ };
  }

  /** The numbers that the events of a label carry from now on. */
  register(set: string, label: string, registration: Registration): void {
    this.#registrations.set(`${set} ${label}`, registration);
  }

  /** Whose event it is; one with the numbers of an earlier registration is said to be stale. */
  registered(set: string, slot: number, generation: number): string {
    const label = this.#slots[slot];
    if (label === undefined) return `nobody(${slot})`;
    return this.#registrations.get(`${set} ${label}`)?.generation === generation ? label : `${label}(stale)`;
  }

  address(label: string): Uint8Array {
    const address = this.#addresses.get(label);
    if (address === undefined) throw new Error(`"${label}" has no address`);
    return address;
  }

  /** Remembers the address that a socket has been given. */
  learnAddress(label: string): void {
    const address = new Uint8Array(SOCKADDR_STORAGE_BYTES);
    const length = this.kernel.getsockname(this.fd(label), address, address.length);
    if (length >= 0) this.#addresses.set(label, address.slice(0, length));
  }

  /** The first label that has had the address. */
  addressLabel(address: Uint8Array): string {
    const text = textOf(address);
    for (const [label, known] of this.#addresses) if (textOf(known) === text) return label;
    return text;
  }
}

function textOf(address: Uint8Array): string {
  const decoded = decodeAddress(address, address.length);
  return decoded === undefined ? `an address of family ${address[0]}` : addressText(decoded);
}

/** Second names of a number: the manual pages say EAGAIN and EOPNOTSUPP. */
const ALIASES = new Set(['EWOULDBLOCK', 'ENOTSUP', 'EDEADLOCK']);
const ERRNO_NAMES = new Map(Object.entries(constants.errno).filter(([name]) => !ALIASES.has(name)).map(([name, number]) => [number, name]));

/** What a call has returned: an errno by name, `ok` for 0, any other count as it is. */
export function resultText(result: number): string {
  if (result < 0) return ERRNO_NAMES.get(-result) ?? String(result);
  return result === 0 ? 'ok' : String(result);
}
