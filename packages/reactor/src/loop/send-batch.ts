import type { Kernel } from '../kernel/kernel.js';
import { BATCH_CONNECTIONS } from '../limits.js';
import type { Block, BufferPool } from '../structures/buffer-pool.js';

const TRIPLE = 3;

/** A connection with gathered output. */
export interface Corked {
  readonly fd: number;
  /** The block to send from; undefined if there is nothing to send, or no use in trying. */
  readonly gathered: Block | undefined;
  /** Notes that the kernel was asked to send `asked` bytes of that block, and its answer: a count or -errno. Calls no handler. */
  sent(asked: number, answer: number): void;
  /** Sends what has not been sent yet and does what follows from it. May call handlers. */
  uncork(): void;
}

/**
 * The connections that have gathered output in this turn. Their sends leave in one native call for a whole batch: the
 * way through the foreign-function interface costs as much as a tenth of a small send.
 */
export class SendBatch {
  readonly #kernel: Kernel;
  readonly #pool: BufferPool;
  readonly #triples = new Int32Array(BATCH_CONNECTIONS * TRIPLE);
  /** Whose sends stand in the triples. */
  readonly #senders = new Array<Corked | undefined>(BATCH_CONNECTIONS).fill(undefined);
  #asked = 0;
  /** Filled up to `#size`; the two lists take turns, so that one can be added to while the other is worked on. */
  #corked: (Corked | undefined)[] = [];
  #spare: (Corked | undefined)[] = [];
  #size = 0;

  constructor(kernel: Kernel, pool: BufferPool) {
    this.#kernel = kernel;
    this.#pool = pool;
  }

  get size(): number {
    return this.#size;
  }

  /** A connection adds itself once, until it is uncorked. */
  add(connection: Corked): void {
    this.#corked[this.#size++] = connection;
  }

  /**
   * Uncorks all that have been added. Everything is sent and noted before the first handler runs, for a handler may
   * write to any of these connections, or close it. What handlers write to others waits for the next time.
   */
  send(): void {
    const size = this.#size;
    if (size === 0) return;
    const corked = this.#corked;
    this.#corked = this.#spare;
    this.#spare = corked;
    this.#size = 0;
    for (let i = 0; i < size; i++) this.#ask(corked[i] as Corked);
    this.#sendAsked();
    for (let i = 0; i < size; i++) {
      (corked[i] as Corked).uncork();
      corked[i] = undefined;
    }
  }

  /** Puts a connection's send into the batch. Output outside the pool's slab has another base and is left to `uncork`. */
  #ask(connection: Corked): void {
    const block = connection.gathered;
    if (block === undefined || block.bytes !== this.#pool.slab) return;
    const at = this.#asked * TRIPLE;
    this.#triples[at] = connection.fd;
    this.#triples[at + 1] = block.start;
    this.#triples[at + 2] = block.end - block.start;
    this.#senders[this.#asked++] = connection;
    if (this.#asked === BATCH_CONNECTIONS) this.#sendAsked();
  }

  #sendAsked(): void {
    if (this.#asked === 0) return;
    const triples = this.#triples;
    this.#kernel.sendMany(this.#pool.slab, triples, this.#asked);
    for (let i = 0; i < this.#asked; i++) {
      (this.#senders[i] as Corked).sent(triples[i * TRIPLE + 2] as number, triples[i * TRIPLE] as number);
      this.#senders[i] = undefined;
    }
    this.#asked = 0;
  }
}
