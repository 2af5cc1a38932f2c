import { constants } from 'node:os';
import type { Channel } from './channel.js';
import { EdgeloopError, check } from '../errors.js';
import { HandleMap } from '../structures/handle-map.js';
import { EINTR, ENOMEM } from '../kernel/abi.js';
import type { KeepAlive } from './keep-alive.js';
import type { Kernel } from '../kernel/kernel.js';
import { EPOLL_BATCH_EVENTS } from '../limits.js';

const TRIPLE = 3;

/**
 * The epoll set and the channels in it. Owns the epoll descriptor, not those of the channels.
 *
 * A channel's handle (slot and generation) is the event's user data, so an event finds its channel without a look-up
 * by descriptor number, which the kernel reuses at once.
 */
export class Poller {
  readonly #kernel: Kernel;
  readonly #keepAlive: KeepAlive;
  readonly #epoll: number;
  readonly #channels = new HandleMap<Channel>();
  readonly #triples = new Uint32Array(EPOLL_BATCH_EVENTS * TRIPLE);

  constructor(kernel: Kernel, keepAlive: KeepAlive) {
    this.#kernel = kernel;
    this.#keepAlive = keepAlive;
    this.#epoll = check(kernel.epollCreate(), 'epoll_create1');
  }

  /** The epoll descriptor: readable when an event waits, so another loop can wait for this one. */
  get descriptor(): number {
    return this.#epoll;
  }

  /** Channels in the set. */
  get size(): number {
    return this.#channels.size;
  }

  channels(): IterableIterator<Channel> {
    return this.#channels.values();
  }

  /** Who has this slot, by this very use of it; undefined if that is over. */
  channelOf(slot: number, generation: number): Channel | undefined {
    return this.#channels.get(slot, generation);
  }

  isTaken(slot: number): boolean {
    return this.#channels.get(slot, this.#channels.generationOf(slot)) !== undefined;
  }

  /** The channel in a slot that is known to be taken. */
  channelIn(slot: number): Channel {
    return this.#channels.at(slot);
  }

  /**
   * Fetches a batch of events and returns their number. A signal ends the wait, SIGCONT after a stop included, but not before it was
   * looked what has come: deadlines may be due, and what meets them be there.
   */
  wait(timeoutMs: number): number {
    let count = this.#fetch(timeoutMs);
    if (count === -EINTR) count = this.#fetch(0);
    return count === -EINTR ? 0 : check(count, 'epoll_wait');
  }

  #fetch(timeoutMs: number): number {
    return this.#kernel.epollWait(this.#epoll, this.#triples, EPOLL_BATCH_EVENTS, timeoutMs);
  }

  /** The bits of the batch's event number `index`. */
  eventsAt(index: number): number {
    return this.#triples[index * TRIPLE] as number;
  }

  /** Whom that event is for; undefined if the channel has left the set since it was fetched. */
  channelAt(index: number): Channel | undefined {
    return this.channelOf(this.#triples[index * TRIPLE + 1] as number, this.#triples[index * TRIPLE + 2] as number);
  }

  /** Gives the channel a slot and registers its descriptor. Errors: EL_SLOTS_EXHAUSTED, and a SystemError such as ENOSPC. */
  enter(channel: Channel, events: number): void {
    const slot = this.#channels.insert(channel);
    if (slot < 0) {
      throw new EdgeloopError('EL_SLOTS_EXHAUSTED', `all ${this.#channels.limit} slots of the reactor are taken; spread the connections over several reactors`);
    }
    channel.slot = slot;
    const result = this.#kernel.epollAdd(this.#epoll, channel.fd, events, slot, this.#channels.generationOf(slot));
    if (result < 0) this.#channels.remove(slot);
    check(result, 'epoll_ctl');
    if (channel.keepsAlive) this.#keepAlive.acquire();
  }

  /** Changes what the channel waits for, and arms a one-shot one again. Returns 0, or -ENOMEM: then all is as it was. */
  modify(channel: Channel, events: number): number {
    const generation = this.#channels.generationOf(channel.slot);
    return controlled(this.#kernel.epollModify(this.#epoll, channel.fd, events, channel.slot, generation));
  }

  /** A number that no other use of the slot shares: the generation in front of the slot. Exact, as limits.ts asserts. */
  idOf(channel: Channel): number {
    return this.#channels.generationOf(channel.slot) * this.#channels.limit + channel.slot;
  }

  /**
   * Takes the descriptor out of the epoll set; the channel keeps its slot and gets no more events. Returns 0, or -ENOMEM: then it is in
   * there until it is closed. Who closes it next has nothing to do about that, unless there are duplicates of it.
   */
  silence(channel: Channel): number {
    return controlled(this.#kernel.epollRemove(this.#epoll, channel.fd));
  }

  /** Puts a silenced channel back, under the handle that it has kept. Returns 0, or why not: -ENOMEM or -ENOSPC. */
  resume(channel: Channel, events: number): number {
    const result = this.#kernel.epollAdd(this.#epoll, channel.fd, events, channel.slot, this.#channels.generationOf(channel.slot));
    return result === -constants.errno.ENOSPC ? result : controlled(result);
  }

  /** Frees the slot of a silenced channel: events of this batch that are still to come are stale. */
  remove(channel: Channel): void {
    this.#channels.remove(channel.slot);
    if (channel.keepsAlive) this.#keepAlive.release();
  }

  close(): void {
    this.#kernel.close(this.#epoll);
  }
}

/** Of a registration that exists, epoll_ctl(2) fails for want of memory or by our own mistake. */
function controlled(result: number): number {
  return result === -ENOMEM ? result : check(result, 'epoll_ctl');
}
