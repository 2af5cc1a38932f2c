import type { Kernel } from '../kernel/kernel.js';
import { BATCH_BYTES, BATCH_CONNECTIONS } from '../limits.js';
import type { ReceiveArena } from '../structures/receive-arena.js';

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
  readonly #triples = new Int32Array(BATCH_CONNECTIONS * TRIPLE);
  readonly #receivers: Receiver[] = [];

  constructor(kernel: Kernel, arena: ReceiveArena) {
    this.#kernel = kernel;
    this.#arena = arena;
  }

  get full(): boolean {
    return this.#receivers.length >= BATCH_CONNECTIONS;
  }

  add(receiver: Receiver): void {
    this.#receivers.push(receiver);
  }

  /** Receives for all that have been added, and delivers. */
  receive(): void {
    const receivers = this.#receivers;
    for (let from = 0; from < receivers.length; ) from += this.#receiveSome(from);
    receivers.length = 0;
  }

  /** Receives for as many as give enough to work on, from number `from` on. Returns how many that were. */
  #receiveSome(from: number): number {
    const { segmentBytes, bytes } = this.#arena;
    const receivers = this.#receivers;
    const triples = this.#triples;
    const count = receivers.length - from;
    for (let i = 0; i < count; i++) {
      triples[i * TRIPLE] = (receivers[from + i] as Receiver).fd;
      triples[i * TRIPLE + 1] = i * segmentBytes;
      triples[i * TRIPLE + 2] = segmentBytes;
    }
    const done = this.#kernel.recvMany(bytes, triples, count, BATCH_BYTES);
    for (let i = 0; i < done; i++) (receivers[from + i] as Receiver).received(triples[i * TRIPLE] as number, i);
    return done;
  }
}
