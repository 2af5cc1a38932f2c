import { invariant } from '../invariant.js';

/** A stretch of memory for outbound bytes. Those in `[start, end)` wait to be sent, more may follow up to `limit`. */
export interface Block {
  readonly bytes: Buffer;
  readonly first: number;
  readonly limit: number;
  start: number;
  end: number;
  /** The block queued behind this one. */
  next: Block | undefined;
}

/**
 * Blocks of one size, cut from one slab and shared by all connections of a reactor, so that an idle connection holds
 * none. Being in one slab, many of them can be sent from by one native call. The block released last is given out
 * first: on a busy loop a few blocks serve connection after connection from cache.
 */
export class BufferPool {
  /** The memory that the pool's own blocks lie in. */
  readonly slab: Buffer;
  /** Bytes that wait in all write queues that use the pool. */
  queuedBytes = 0;
  readonly #free: Block[] = [];

  constructor(
    readonly blockBytes: number,
    blocks: number,
  ) {
    this.slab = Buffer.allocUnsafeSlow(blockBytes * blocks);
    for (let i = blocks - 1; i >= 0; i--) this.#free.push(blockIn(this.slab, i * blockBytes, blockBytes));
  }

  /** Blocks of the slab that are not in use. */
  get free(): number {
    return this.#free.length;
  }

  /** An empty block with room for at least `length` bytes: from the slab if it fits and one is free, else of its own. */
  acquire(length: number): Block {
    const block = length <= this.blockBytes ? this.#free.pop() : undefined;
    if (block !== undefined) return block;
    const room = Math.max(length, this.blockBytes);
    return blockIn(Buffer.allocUnsafeSlow(room), 0, room);
  }

  /** Takes back an unlinked block. One that is not of the slab is left to the garbage collector. */
  release(block: Block): void {
    invariant(block.next === undefined, 'a block is released while it is queued');
    if (block.bytes !== this.slab) return;
    block.start = block.first;
    block.end = block.first;
    this.#free.push(block);
  }
}

function blockIn(bytes: Buffer, first: number, length: number): Block {
  return { bytes, first, limit: first + length, start: first, end: first, next: undefined };
}
