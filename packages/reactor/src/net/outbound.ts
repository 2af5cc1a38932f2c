import type { Block, BufferPool } from '../structures/buffer-pool.js';
import type { Counters } from '../loop/counters.js';
import { EAGAIN, EINTR } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import type { OutputHooks } from '../loop/output-hooks.js';
import { DIRECT_WRITE_BYTES, WRITE_BLOCK_BYTES } from '../limits.js';
import { WriteQueue } from '../structures/write-queue.js';

/** What all connections of a loop send with. */
export interface OutboundParts {
  readonly kernel: Kernel;
  readonly counters: Counters;
  readonly pool: BufferPool;
  readonly outputHooks: Pick<OutputHooks, 'call'>;
}

/**
 * The sending half of a connection: what was written, in order, until the socket has taken it. It is a queue and has
 * none, so that a connection has one object less.
 *
 * Small writes are gathered; a large one goes to the socket from the caller's memory, behind what was gathered before.
 * Its methods return 0 or -errno; EAGAIN is not an error but the state `blocked`.
 */
export class Outbound extends WriteQueue {
  bytesWritten = 0;
  readonly #parts: OutboundParts;
  readonly #fd: number;
  /** What we believe of the socket: false from EAGAIN or a short send until EPOLLOUT, and for good when it is broken. */
  writable = true;

  constructor(parts: OutboundParts, fd: number) {
    super(parts.pool);
    this.#parts = parts;
    this.#fd = fd;
  }

  /** Bytes wait for the socket: EPOLLOUT is wanted. */
  get blocked(): boolean {
    return !this.writable && this.length > 0;
  }

  /** Bytes wait for us: the socket would take them, as far as we know. */
  get sendable(): boolean {
    return this.writable && this.length > 0;
  }

  /** Takes all of `bytes`, sending at once what is too much to gather. */
  write(bytes: Uint8Array): number {
    if (bytes.length < DIRECT_WRITE_BYTES) return this.#gather(bytes);
    const result = this.flush(Number.POSITIVE_INFINITY);
    if (result < 0 || this.length > 0 || !this.#mayLeave) return this.#keep(bytes, 0, result);
    return this.#sendDirectly(bytes);
  }

  /** Sends from the queue until it is empty, the socket is full or `budgetBytes` are used up. */
  flush(budgetBytes: number): number {
    if (this.next === undefined || !this.#mayLeave) return 0;
    let budget = budgetBytes;
    for (let block = this.next; block !== undefined && budget > 0; block = this.next) {
      const sent = this.#send(block.bytes, block.start, block.end - block.start);
      if (sent < 0) return sent;
      this.consume(sent);
      budget -= sent;
    }
    return 0;
  }

  /** The block to send from next, if the kernel may be asked to. */
  get next(): Block | undefined {
    return this.writable ? this.head : undefined;
  }

  /** Notes what the kernel answered when asked to send `asked` bytes of `next`. */
  sent(asked: number, answer: number): number {
    const sent = this.#took(asked, answer);
    if (sent < 0) return sent;
    this.consume(sent);
    return 0;
  }

  get #mayLeave(): boolean {
    return this.#parts.outputHooks.call();
  }

  #gather(bytes: Uint8Array): number {
    this.append(bytes);
    return this.length >= WRITE_BLOCK_BYTES ? this.flush(Number.POSITIVE_INFINITY) : 0;
  }

  #sendDirectly(bytes: Uint8Array): number {
    let sent = 0;
    while (this.writable && sent < bytes.length) {
      const result = this.#send(bytes, sent, bytes.length - sent);
      if (result < 0) return this.#keep(bytes, sent, result);
      sent += result;
    }
    return this.#keep(bytes, sent, 0);
  }

  /** Queues what was not sent, after an error too: then it counts as discarded in the end, and closing is a reset. */
  #keep(bytes: Uint8Array, sent: number, result: number): number {
    this.append(bytes, sent);
    return result;
  }

  #send(base: Uint8Array, offset: number, length: number): number {
    return this.#took(length, this.#parts.kernel.send(this.#fd, base, offset, length));
  }

  /** The bytes that a send has taken, or -errno. Too few mean that the socket is full, as epoll(7) has it: no need to be told EAGAIN. */
  #took(asked: number, answer: number): number {
    if (answer === -EINTR) return 0;
    if (answer < asked) this.writable = false;
    if (answer === -EAGAIN) return 0;
    if (answer < 0) return answer;
    this.bytesWritten += answer;
    this.#parts.counters.bytesWritten += answer;
    return answer;
  }
}
