import type { Block, BufferPool } from './buffer-pool.js';
import { invariant } from '../invariant.js';

/** Below this a loop copies faster than TypedArray.prototype.set, whose call has a fixed cost. */
const LOOP_COPY_BYTES = 48;

/**
 * The bytes that a connection still has to send, in order.
 *
 * It owns its blocks: small writes are gathered in blocks from the pool, a large one gets a block of its own. What is
 * appended is copied, so the caller may reuse its memory at once. The owner sends from `head` and says how far it
 * came with `consume`; consumed blocks go back to the pool.
 */
export class WriteQueue {
  #pool: BufferPool;
  #head: Block | undefined;
  #tail: Block | undefined;
  #length = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** The block to send from next. */
  get head(): Block | undefined {
    return this.#head;
  }

  /** Copies `bytes[from, …)` to the end of the queue. */
  append(bytes: Uint8Array, from = 0): void {
    const count = bytes.length - from;
    if (count === 0) return;
    const block = this.#blockWithRoom(count);
    copy(bytes, from, block.bytes, block.end, count);
    block.end += count;
    this.#length += count;
    this.#pool.queuedBytes += count;
  }

  /** Drops the first `count` bytes: they are sent. */
  consume(count: number): void {
    invariant(count <= this.#length, 'more was sent than was queued');
    this.#length -= count;
    this.#pool.queuedBytes -= count;
    while (count > 0) {
      const head = this.#head as Block;
      const taken = Math.min(count, head.end - head.start);
      head.start += taken;
      count -= taken;
      if (head.start === head.end) this.#dropHead(head);
    }
  }

  /** Drops everything and returns how many bytes that were. */
  clear(): number {
    const dropped = this.#length;
    this.consume(dropped);
    return dropped;
  }

  #blockWithRoom(count: number): Block {
    const tail = this.#tail;
    if (tail !== undefined && tail.limit - tail.end >= count) return tail;
    const block = this.#pool.acquire(count);
    if (tail === undefined) this.#head = block;
    else tail.next = block;
    this.#tail = block;
    return block;
  }

  #dropHead(head: Block): void {
    this.#head = head.next;
    if (head.next === undefined) this.#tail = undefined;
    head.next = undefined;
    this.#pool.release(head);
  }
}

function copy(source: Uint8Array, from: number, target: Buffer, at: number, count: number): void {
  if (count <= LOOP_COPY_BYTES) {
    for (let i = 0; i < count; i++) target[at + i] = source[from + i] as number;
  } else {
    target.set(from === 0 ? source : source.subarray(from), at);
  }
}
