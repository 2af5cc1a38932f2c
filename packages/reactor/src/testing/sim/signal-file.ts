import { EPOLLIN } from '../../kernel/abi.js';
import { bitOf } from '../../kernel/thread-signals.js';
import { OpenFile } from './open-file.js';

/** A set of signals in two words: bit n - 1 for signal n. */
export interface SignalSet {
  readonly low: number;
  readonly high: number;
}

export interface PendingSignal {
  readonly number: number;
  readonly code: number;
  readonly pid: number;
  readonly uid: number;
}

/** From this one on, signals are queued as often as they are sent; of those below, one is pending or none (signal(7)). */
const FIRST_REAL_TIME = 32;

/** The signals of a process that are blocked and wait to be read. */
export class PendingSignals {
  readonly files = new Set<SignalFile>();
  #pending: PendingSignal[] = [];

  raise(signal: PendingSignal): void {
    if (signal.number < FIRST_REAL_TIME && this.#pending.some(({ number }) => number === signal.number)) return;
    this.#pending.push(signal);
    for (const file of this.files) if (bitOf(file.set, signal.number)) file.wake(EPOLLIN);
  }

  /** Takes the pending signal of this set with the lowest number; undefined if none is. */
  take(set: SignalSet): PendingSignal | undefined {
    const [first] = this.#pending.filter(({ number }) => bitOf(set, number)).sort((a, b) => a.number - b.number);
    this.#pending = this.#pending.filter((signal) => signal !== first);
    return first;
  }

  any(set: SignalSet): boolean {
    return this.#pending.some(({ number }) => bitOf(set, number));
  }
}

/** signalfd(2). */
export class SignalFile extends OpenFile {
  readonly #signals: PendingSignals;
  #set: SignalSet;

  constructor(signals: PendingSignals, set: SignalSet) {
    super();
    this.#signals = signals;
    this.#set = set;
    signals.files.add(this);
  }

  get set(): SignalSet {
    return this.#set;
  }

  /** What is pending may be of the new set: whoever waits looks again. */
  change(set: SignalSet): void {
    this.#set = set;
    this.wake(EPOLLIN);
  }

  readiness(): number {
    return this.#signals.any(this.#set) ? EPOLLIN : 0;
  }

  read(): PendingSignal | undefined {
    return this.#signals.take(this.#set);
  }

  protected released(): void {
    this.#signals.files.delete(this);
  }
}
