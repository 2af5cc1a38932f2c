import { constants } from 'node:os';
import { inspect } from 'node:util';
import type { Channel } from './channel.js';
import type { Counters } from './counters.js';
import { EdgeloopError, SystemError, check } from '../errors.js';
import { EPOLLIN } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { SIGNAL_BUDGET_CALLS } from '../limits.js';
import type { Poller } from './poller.js';
import { rethrowLater } from './rethrow.js';
import { HANDLER } from './stage.js';
import { PROGRAM, type Stopwatch } from './stopwatch.js';

const QUAD = 4;
const NO_FD = -1;

/** A signal that came (signalfd(2)). */
export interface Signal {
  /** `'SIGTERM'`; a real-time signal has no name and is `'SIG40'`. */
  readonly name: string;
  readonly number: number;
  /** Why it was sent: 0 by kill(2), -1 by sigqueue(3), above 0 by the kernel. */
  readonly code: number;
  /** Who sent it. */
  readonly pid: number;
  readonly uid: number;
}

export type SignalListener = (signal: Signal) => void;

/** Something that goes on until it is closed. */
export interface Subscription {
  close(): void;
}

/** One subscription; two of them may share a listener. */
interface Subscriber {
  readonly listener: SignalListener;
}

export interface SignalsParts {
  readonly kernel: Kernel;
  readonly poller: Poller;
  readonly counters: Counters;
  readonly stopwatch: Stopwatch;
  /** Takes a channel that is about to leave out of the ready queue. */
  forget(channel: Channel): void;
}

/** What cannot be blocked, and what the processor raises, for which being blocked is undefined (signal(7)). */
const REFUSED: ReadonlySet<number> = new Set(
  (['SIGKILL', 'SIGSTOP', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS'] as const).map((name) => constants.signals[name]),
);

/** What the C libraries keep for themselves: glibc 32 and 33, musl 34 too. Blocking them would hang setuid(2), for one. */
const FIRST_RESERVED = 32;
const LAST_RESERVED = 34;

/**
 * The signals that the loop reads, from one signalfd, between other events and not in the middle of anything. While it
 * reads a signal, that signal is blocked in every thread of the process. Owns the signalfd, and the claim on the signals.
 */
export class Signals implements Channel {
  fd = NO_FD;
  readonly keepsAlive = false;
  slot = -1;
  readonly #kernel: Kernel;
  readonly #parts: SignalsParts;
  readonly #subscribers = new Map<number, Set<Subscriber>>();
  readonly #quads = new Int32Array(SIGNAL_BUDGET_CALLS * QUAD);

  constructor(parts: SignalsParts) {
    this.#kernel = parts.kernel;
    this.#parts = parts;
  }

  /** Errors: EL_OPTION_INVALID; EL_SIGNAL_TAKEN; a SystemError where the signal cannot be blocked in all threads, or read. */
  on(name: NodeJS.Signals | number, listener: SignalListener): Subscription {
    const number = signalNumber(name);
    const subscribers = this.#subscribers.get(number) ?? this.#claim(number);
    const subscriber = { listener };
    subscribers.add(subscriber);
    return { close: () => this.#off(number, subscribers, subscriber) };
  }

  mark(): void {
    // A signalfd is only ever readable; service reads it.
  }

  service(): boolean {
    const count = this.#kernel.signalfdRead(this.fd, this.#quads, SIGNAL_BUDGET_CALLS);
    this.#parts.stopwatch.enter(HANDLER);
    for (let i = 0; i < count; i++) this.#dispatch(i * QUAD);
    return count > 0 && this.fd !== NO_FD;
  }

  /** Gives all signals back: they take their former effect again. */
  destroy(): void {
    for (const number of Array.from(this.#subscribers.keys())) this.#release(number);
  }

  #dispatch(at: number): void {
    const { counters, stopwatch } = this.#parts;
    counters.signalsReceived++;
    const [number, code, pid, uid] = this.#quads.subarray(at, at + QUAD) as unknown as [number, number, number, number];
    const signal: Signal = { name: signalName(number), number, code, pid, uid };
    stopwatch.handling(PROGRAM, 'onSignal', signal);
    const subscribers = this.#subscribers.get(number) ?? new Set();
    // Those that are here now: who subscribes meanwhile waits for the next signal, and who is closed meanwhile hears nothing.
    for (const subscriber of Array.from(subscribers)) if (subscribers.has(subscriber)) tell(subscriber, signal);
  }

  #claim(number: number): Set<Subscriber> {
    const { low, high } = setOf([number]);
    const result = this.#kernel.claimSignals(low, high);
    if (result === -constants.errno.EBUSY) {
      throw new EdgeloopError('EL_SIGNAL_TAKEN', `another reactor of this process reads ${signalName(number)}; listen in that one, or close it first`);
    }
    if (result < 0) throw new SystemError(result, 'rt_tgsigqueueinfo', signalName(number));
    const subscribers = new Set<Subscriber>();
    this.#subscribers.set(number, subscribers);
    try {
      check(this.#read(), 'signalfd');
    } catch (error) {
      this.#release(number);
      throw error;
    }
    return subscribers;
  }

  #off(number: number, subscribers: Set<Subscriber>, subscriber: Subscriber): void {
    subscribers.delete(subscriber);
    if (subscribers.size === 0 && this.#subscribers.get(number) === subscribers) this.#release(number);
  }

  /** It does not matter if the signalfd still asks for the signal: once that is not blocked any more, it never waits to be read. */
  #release(number: number): void {
    this.#subscribers.delete(number);
    this.#read();
    const { low, high } = setOf([number]);
    this.#kernel.releaseSignals(low, high);
  }

  /** Brings the signalfd in line with the signals that are listened to. Returns -errno if that has failed. */
  #read(): number {
    const numbers = [...this.#subscribers.keys()];
    if (numbers.length === 0) return this.#leave();
    const { low, high } = setOf(numbers);
    const fd = this.#kernel.signalfd(this.fd, low, high);
    if (fd >= 0 && this.fd === NO_FD) this.#enter(fd);
    return fd;
  }

  #enter(fd: number): void {
    this.fd = fd;
    try {
      this.#parts.poller.enter(this, EPOLLIN);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #leave(): number {
    if (this.fd === NO_FD) return 0;
    this.#parts.forget(this);
    this.#parts.poller.silence(this);
    this.#parts.poller.remove(this);
    this.#close();
    return 0;
  }

  #close(): void {
    this.#kernel.close(this.fd);
    this.fd = NO_FD;
  }
}

function tell({ listener }: Subscriber, signal: Signal): void {
  try {
    listener(signal);
  } catch (error) {
    rethrowLater(error);
  }
}

/** A set as two words: bit n - 1 for signal n. */
function setOf(numbers: readonly number[]): { low: number; high: number } {
  let [low, high] = [0, 0];
  for (const number of numbers) {
    if (number <= 32) low |= 1 << (number - 1);
    else high |= 1 << (number - 33);
  }
  return { low: low >>> 0, high: high >>> 0 };
}

function signalNumber(name: NodeJS.Signals | number): number {
  const number = typeof name === 'number' ? name : constants.signals[name];
  if (!Number.isInteger(number) || number < 1 || number > 64) {
    throw new EdgeloopError('EL_OPTION_INVALID', `onSignal: there is no signal ${inspect(name)}; give a name such as "SIGTERM", or a number from 1 to 64`);
  }
  if (REFUSED.has(number)) {
    throw new EdgeloopError('EL_OPTION_INVALID', `onSignal: ${signalName(number)} cannot be read by a loop: the kernel does not let it wait`);
  }
  if (number >= FIRST_RESERVED && number <= LAST_RESERVED) {
    throw new EdgeloopError('EL_OPTION_INVALID', `onSignal: ${signalName(number)} belongs to the C library; take one from 35 on`);
  }
  return number;
}

function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name;
  return `SIG${number}`;
}
