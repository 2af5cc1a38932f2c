import type { Kernel } from '../kernel/kernel.js';
import { BATCH_BYTES, BATCH_CONNECTIONS } from '../limits.js';
import type { ReceiveArena } from '../structures/receive-arena.js';
import { HANDLER, READ } from './stage.js';
import type { Stopwatch } from './stopwatch.js';

const TRIPLE = 3;

/** A connection that wants to be received for. */
export interface Receiver {
  readonly fd: number;
  /** The kernel's answer: the number of bytes in the segment of the arena, 0 at the end of the stream, or -errno. May call handlers. */
  received(answer: number, segment: number): void;
}

/**
 * The connections that are to be read next. Their receives are made in one native call for a whole batch, and only
 * then do the handlers run, so a handler may close or pause a connection whose bytes have been received already: the
 * receiver has to cope with that.
 */
export class ReceiveBatch {
  readonly #kernel: Kernel;
  readonly #arena: ReceiveArena;
  readonly #stopwatch: Stopwatch;
  readonly #triples = new Int32Array(BATCH_CONNECTIONS * TRIPLE);
  /** Filled up to `#count`. Of fixed length: cutting an array to nothing and growing it again costs more than a receive's share. */
  readonly #receivers = new Array<Receiver | undefined>(BATCH_CONNECTIONS).fill(undefined);
  #count = 0;

  constructor(kernel: Kernel, arena: ReceiveArena, stopwatch: Stopwatch) {
    this.#kernel = kernel;
    this.#arena = arena;
    this.#stopwatch = stopwatch;
  }

  get full(): boolean {
    return this.#count === BATCH_CONNECTIONS;
  }

  /** Adds a receiver to a batch that is not full. */
  add(receiver: Receiver): void {
    this.#receivers[this.#count++] = receiver;
  }

  /** Receives for all that have been added, and delivers. */
  receive(): void {
    for (let from = 0; from < this.#count; ) from += this.#receiveSome(from);
    this.#count = 0;
  }

  /** Receives for as many as give enough to work on, from number `from` on. Returns how many that were. */
  #receiveSome(from: number): number {
    const { segmentBytes, bytes } = this.#arena;
    const receivers = this.#receivers;
    const triples = this.#triples;
    const count = this.#count - from;
    for (let i = 0; i < count; i++) {
      triples[i * TRIPLE] = (receivers[from + i] as Receiver).fd;
      triples[i * TRIPLE + 1] = i * segmentBytes;
      triples[i * TRIPLE + 2] = segmentBytes;
    }
    this.#stopwatch.enter(READ);
    const done = this.#kernel.recvMany(bytes, triples, count, BATCH_BYTES);
    this.#stopwatch.enter(HANDLER);
    for (let i = 0; i < done; i++) {
      const receiver = receivers[from + i] as Receiver;
      receivers[from + i] = undefined;
      receiver.received(triples[i * TRIPLE] as number, i);
    }
    return done;
  }
}
