import { invariant } from '../invariant.js';

/** A piece of an outbound queue: the bytes in `[start, end)` wait to be sent. Queued blocks are linked through `next`. */
export interface Block {
  readonly bytes: Buffer;
  start: number;
  end: number;
  next: Block | undefined;
}

export function blockOf(bytes: Buffer, end: number): Block {
  return { bytes, start: 0, end, next: undefined };
}

/**
 * Free blocks of one size, shared by all connections of a reactor, so that an idle connection holds none.
 * The block released last is given out first: on a busy loop one block serves connection after connection from cache.
 */
export class BufferPool {
  readonly #free: Block[] = [];

  constructor(
    readonly blockBytes: number,
    /** Blocks kept for reuse; those released beyond them are left to the garbage collector. */
    readonly kept: number,
  ) {}

  get free(): number {
    return this.#free.length;
  }

  acquire(): Block {
    return this.#free.pop() ?? blockOf(Buffer.allocUnsafeSlow(this.blockBytes), 0);
  }

  /** Takes back an unlinked block; one of another size was made for a single large write and is not kept. */
  release(block: Block): void {
    invariant(block.next === undefined, 'a block is released while it is queued');
    if (block.bytes.length !== this.blockBytes || this.#free.length >= this.kept) return;
    block.start = 0;
    block.end = 0;
    this.#free.push(block);
  }
}
