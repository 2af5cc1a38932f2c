import { constants } from 'node:os';
import { EPOLLERR, EPOLLET, EPOLLEXCLUSIVE, EPOLLHUP, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from '../../kernel/abi.js';
import { type Observer, OpenFile } from './open-file.js';
import type { World } from './world.js';

const { EEXIST, EINVAL, ENOENT } = constants.errno;

/** What is no event, but says how events are reported. */
const MODES = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE;
/** Asked for by every registration, until a one-shot one is disarmed. */
const ALWAYS = EPOLLERR | EPOLLHUP;
const TRIPLE = 3;

/** A descriptor in an epoll set, known by file and number: a file may be in it twice, by two descriptors. */
class Registration implements Observer {
  queued = false;

  constructor(
    readonly set: EpollSet,
    readonly file: OpenFile,
    readonly fd: number,
    /** What is asked for, modes included. */
    public events: number,
    public slot: number,
    public generation: number,
  ) {}

  get disarmed(): boolean {
    return (this.events & ~MODES) === 0;
  }

  /** What would be reported now. */
  get pending(): number {
    return this.disarmed ? 0 : this.file.readiness() & this.events;
  }

  woken(events: number): boolean {
    if (this.disarmed || (events & this.events) === 0) return false;
    this.set.enqueue(this);
    return (this.events & EPOLLEXCLUSIVE) !== 0 && this.set.waiting && (events & this.events & (EPOLLIN | EPOLLOUT)) !== 0;
  }

  gone(): void {
    this.set.drop(this);
  }
}

/** What somebody wants to know of a registration; for checks. */
export type Registered = Readonly<Pick<Registration, 'fd' | 'file' | 'events' | 'slot' | 'generation' | 'disarmed' | 'pending'>>;

/**
 * An epoll instance, as epoll(7) describes it: a list of registrations that may be ready, which a wait goes through. What is
 * level-triggered goes back to the end of the list, what is edge-triggered comes back by the next wake-up only, and what is
 * one-shot is disarmed.
 */
export class EpollSet extends OpenFile {
  /** Whether somebody is in epoll_wait. */
  waiting = false;
  #registrations = new Set<Registration>();
  #ready: Registration[] = [];
  readonly #world: World;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  get registrations(): Iterable<Registered> {
    return this.#registrations;
  }

  /** epoll_ctl(2) with EPOLL_CTL_ADD: what is ready already is reported. */
  add(file: OpenFile, fd: number, events: number, slot: number, generation: number): number {
    if (file === this || ((events & EPOLLEXCLUSIVE) !== 0 && (events & EPOLLONESHOT) !== 0)) return -EINVAL;
    if (this.#find(file, fd) !== undefined) return -EEXIST;
    const registration = new Registration(this, file, fd, (events | ALWAYS) >>> 0, slot, generation);
    this.#registrations.add(registration);
    if ((events & EPOLLEXCLUSIVE) !== 0) file.observers.push(registration);
    else file.observers.unshift(registration);
    if (registration.pending !== 0) this.enqueue(registration);
    return 0;
  }

  modify(file: OpenFile, fd: number, events: number, slot: number, generation: number): number {
    if (file === this || (events & EPOLLEXCLUSIVE) !== 0) return -EINVAL;
    const registration = this.#find(file, fd);
    if (registration === undefined) return -ENOENT;
    if ((registration.events & EPOLLEXCLUSIVE) !== 0) return -EINVAL;
    Object.assign(registration, { events: (events | ALWAYS) >>> 0, slot, generation });
    if (registration.pending !== 0) this.enqueue(registration);
    return 0;
  }

  remove(file: OpenFile, fd: number): number {
    if (file === this) return -EINVAL;
    const registration = this.#find(file, fd);
    if (registration === undefined) return -ENOENT;
    file.unobserve(registration);
    this.drop(registration);
    return 0;
  }

  enqueue(registration: Registration): void {
    if (registration.queued) return;
    registration.queued = true;
    this.#ready.push(registration);
    this.wake(EPOLLIN);
  }

  drop(registration: Registration): void {
    this.#registrations.delete(registration);
    if (registration.queued) this.#ready.splice(this.#ready.indexOf(registration), 1);
  }

  /** Whether a wait would bring something. */
  get ready(): boolean {
    return this.#ready.some(({ pending }) => pending !== 0);
  }

  /** Fills triples `[events, slot, generation]` from what is ready. Returns how many. */
  collect(triples: Uint32Array, capacity: number): number {
    const { random, conditions } = this.#world;
    this.#misbehave();
    const listed = this.#ready;
    this.#ready = [];
    let count = 0;
    for (const [index, registration] of listed.entries()) {
      if (count === capacity) {
        this.#ready.unshift(...listed.slice(index));
        break;
      }
      if (random.chance(conditions.lateEvents)) this.#ready.push(registration);
      else if (this.#report(registration, triples, count)) count++;
    }
    return count;
  }

  readiness(): number {
    return this.ready ? EPOLLIN : 0;
  }

  protected released(): void {
    for (const registration of this.#registrations) registration.file.unobserve(registration);
    this.#registrations.clear();
    this.#ready = [];
  }

  #find(file: OpenFile, fd: number): Registration | undefined {
    for (const observer of file.observers) {
      if (observer instanceof Registration && observer.set === this && observer.fd === fd) return observer;
    }
    return undefined;
  }

  /** Reports what is so now, not what was so when it was queued. */
  #report(registration: Registration, triples: Uint32Array, index: number): boolean {
    registration.queued = false;
    const { pending, events } = registration;
    if (pending === 0) return false;
    triples[index * TRIPLE] = pending;
    triples[index * TRIPLE + 1] = registration.slot;
    triples[index * TRIPLE + 2] = registration.generation;
    if ((events & EPOLLONESHOT) !== 0) registration.events &= MODES;
    else if ((events & EPOLLET) === 0) {
      registration.queued = true;
      this.#ready.push(registration);
    }
    return true;
  }

  /** What is legal, if rare: events in another order, and wake-ups for no reason. */
  #misbehave(): void {
    const { random, conditions } = this.#world;
    if (random.chance(conditions.spuriousWakeUps) && this.#registrations.size > 0) {
      const registration = random.pick([...this.#registrations]);
      if (!registration.disarmed) this.enqueue(registration);
    }
    if (random.chance(conditions.shuffledEvents)) random.shuffle(this.#ready);
  }
}
