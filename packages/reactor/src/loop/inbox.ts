import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Channel } from './channel.js';
import type { Counters } from './counters.js';
import { EdgeloopError, check } from '../errors.js';
import { EPOLLIN } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { MESSAGE_BUDGET_CALLS } from '../limits.js';
import type { Poller } from './poller.js';
import { rethrowLater } from './rethrow.js';
import { HANDLER } from './stage.js';
import { PROGRAM, type Stopwatch } from './stopwatch.js';

/** What a sender in another thread needs; goes there as workerData or in a message, with `port` in its transfer list. */
export interface InboxAddress {
  readonly port: MessagePort;
  /** Shared by the inbox and all its senders; INBOX_* number its cells. */
  readonly cells: Int32Array;
  readonly eventfd: number;
  readonly capacity: number;
}

/** An open inbox, as users see it. */
export type InboxHandle<T> = Pick<Inbox<T>, 'address' | 'closed' | 'close'>;

export interface InboxParts {
  readonly kernel: Kernel;
  readonly poller: Poller;
  readonly counters: Counters;
  readonly stopwatch: Stopwatch;
  /** Takes a channel that is about to leave out of the ready queue. */
  forget(channel: Channel): void;
}

/** Messages that are under way. */
export const INBOX_QUEUED = 0;
/** The number of the next look into the inbox. */
export const INBOX_LOOK = 1;
/** The number of the look that the loop was last woken for: so many messages cost one wake-up. */
export const INBOX_WOKEN = 2;
/** 1 once nothing is received any more. */
export const INBOX_CLOSED = 3;
const CELLS = 4;

export function inboxClosed(): EdgeloopError {
  return new EdgeloopError('EL_INBOX_CLOSED', 'the inbox or this way to it is closed; nothing posted to it would arrive');
}

/**
 * Where other threads leave messages for this loop. The messages go through MessagePorts, which copy or transfer them as
 * postMessage does; an eventfd in the epoll set wakes the loop, wherever it waits. Owns the eventfd and its ends of the ports.
 */
export class Inbox<T> implements Channel {
  readonly fd: number;
  readonly keepsAlive = true;
  slot = -1;
  /** Who has opened it, and so is to close it. */
  readonly owner: 'program' | 'edgeloop';
  readonly #kernel: Kernel;
  readonly #parts: InboxParts;
  readonly #receive: (message: T) => void;
  readonly #capacity: number;
  readonly #cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
  #ports: MessagePort[] = [];
  /** Which port is looked into next. */
  #turn = 0;

  constructor(parts: InboxParts, receive: (message: T) => void, capacity: number, owner: 'program' | 'edgeloop' = 'program') {
    this.owner = owner;
    this.#kernel = parts.kernel;
    this.#parts = parts;
    this.#receive = receive;
    this.#capacity = capacity;
    // Nobody has woken the loop for the first look.
    this.#cells[INBOX_LOOK] = 1;
    this.fd = check(this.#kernel.eventfdCreate(), 'eventfd');
    try {
      parts.poller.enter(this, EPOLLIN);
    } catch (error) {
      this.#kernel.close(this.fd);
      throw error;
    }
  }

  get closed(): boolean {
    return this.#cells[INBOX_CLOSED] === 1;
  }

  /** An address for one more sender. Error: EL_INBOX_CLOSED. */
  address(): InboxAddress {
    if (this.closed) throw inboxClosed();
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    // Node closes this end behind the last message, once the sender has closed its own.
    port1.once('close', () => this.#drop(port1));
    this.#ports.push(port1);
    return { port: port2, cells: this.#cells, eventfd: this.fd, capacity: this.#capacity };
  }

  mark(): void {
    // An eventfd is only ever readable; service reads it.
  }

  /** The look is counted before the ports are looked into: who posts a message later wakes the loop again. */
  service(): boolean {
    this.#kernel.eventfdRead(this.fd);
    this.#parts.counters.wakeUps++;
    Atomics.add(this.#cells, INBOX_LOOK, 1);
    this.#parts.stopwatch.enter(HANDLER);
    let left = MESSAGE_BUDGET_CALLS;
    while (left > 0 && !this.closed && this.#receiveNext()) left--;
    return left === 0 && !this.closed;
  }

  /** No message is received from now on. Returns the number of those that were under way. */
  close(): number {
    if (this.closed) return 0;
    Atomics.store(this.#cells, INBOX_CLOSED, 1);
    this.#parts.forget(this);
    // A sender's duplicate keeps a registration that could not be removed. It must not be readable then, or the loop would never sleep.
    if (this.#parts.poller.silence(this) < 0) this.#kernel.eventfdRead(this.fd);
    this.#parts.poller.remove(this);
    this.#kernel.close(this.fd);
    for (const port of this.#ports) port.close();
    return Atomics.load(this.#cells, INBOX_QUEUED);
  }

  destroy(): void {
    this.close();
  }

  /** Takes one message, from the ports in turn. Returns false if there is none. */
  #receiveNext(): boolean {
    for (let looked = 0; looked < this.#ports.length; looked++) {
      this.#turn = (this.#turn + 1) % this.#ports.length;
      if (this.#receiveFrom(this.#ports[this.#turn] as MessagePort)) return true;
    }
    return false;
  }

  /** A message that cannot be read in this thread is the program's error, and is gone. */
  #receiveFrom(port: MessagePort): boolean {
    let envelope: { message: T } | undefined;
    try {
      envelope = receiveMessageOnPort(port);
      if (envelope === undefined) return false;
      Atomics.sub(this.#cells, INBOX_QUEUED, 1);
      this.#parts.counters.messagesReceived++;
      this.#parts.stopwatch.handling(PROGRAM, 'onMessage', this);
      this.#receive(envelope.message);
    } catch (error) {
      if (envelope === undefined) Atomics.sub(this.#cells, INBOX_QUEUED, 1);
      rethrowLater(error);
    }
    return true;
  }

  #drop(port: MessagePort): void {
    this.#ports = this.#ports.filter((other) => other !== port);
  }
}
