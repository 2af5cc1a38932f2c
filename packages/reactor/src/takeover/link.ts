import { EdgeloopError, SystemError, check } from '../errors.js';
import { DESCRIPTOR_BATCH, EAGAIN, ECONNREFUSED, ECONNRESET, EINTR, ENOENT, EPIPE, EPROTOTYPE, SHUT_RD, SOCK_SEQPACKET, SOL_SOCKET, SO_PEERCRED } from '../kernel/abi.js';
import { watchReadable } from '../kernel/descriptor-watch.js';
import type { Kernel } from '../kernel/kernel.js';
import { MAX_NODE_TIMER_MS, TAKEOVER_MESSAGE_BYTES } from '../limits.js';
import { encodeUnixAddress } from '../net/address.js';
import { type Message, type Step, decodeMessage, encodeMessage } from './message.js';

/** Numbers of 32 bits in the struct ucred of unix(7): pid, uid, gid. */
const UCRED_CELLS = 3;

const CLOSED = -1;

/** A message, and the descriptors that came with it, which are the receiver's to close. */
export interface Received<M extends Message = Message> {
  readonly message: M;
  readonly descriptors: readonly number[];
}

/**
 * One end of the connection between a process and the one that takes over from it. Packets keep their bounds (SOCK_SEQPACKET, unix(7)), so
 * each is a message. It is waited for in Node's own loop and not in a reactor's, so that both ends may be told even while no reactor turns.
 * Owns its descriptor. What goes wrong here is an EL_TAKEOVER_FAILED; a `refuse` from the other end is an EL_TAKEOVER_REFUSED.
 */
export class Link {
  readonly #kernel: Kernel;
  /** -1 once closed, so that a late use meets EBADF and not the next owner of the number. */
  #fd: number;
  #abandon: (reason: Error) => void = () => {};

  /** Takes over the descriptor. */
  constructor(kernel: Kernel, fd: number) {
    this.#kernel = kernel;
    this.#fd = fd;
  }

  /** Undefined if nobody listens there. Errors: EL_ADDRESS_INVALID; a SystemError. */
  static connect(kernel: Kernel, path: string): Link | undefined {
    const { family, bytes } = encodeUnixAddress(path);
    const fd = check(kernel.socket(family, SOCK_SEQPACKET), 'socket');
    const result = kernel.connect(fd, bytes, bytes.length);
    if (result === 0) return new Link(kernel, fd);
    kernel.close(fd);
    if (result === -ENOENT || result === -ECONNREFUSED) return undefined;
    if (result === -EPROTOTYPE) throw new EdgeloopError('EL_TAKEOVER_FAILED', `something else listens at ${path}; choose another takeover.path`);
    throw new SystemError(result, 'connect', path);
  }

  /** Who is at the other end. Of who listens the kernel tells who it was when it began to. Error: a SystemError. */
  get peer(): { readonly pid: number; readonly uid: number } {
    const cells = new Uint32Array(UCRED_CELLS);
    check(this.#kernel.getsockoptBytes(this.#fd, SOL_SOCKET, SO_PEERCRED, new Uint8Array(cells.buffer), cells.byteLength), 'getsockopt');
    const [pid = 0, uid = 0] = cells;
    return { pid, uid };
  }

  send(message: Message, descriptors: readonly number[] = []): void {
    const result = this.#send(message, descriptors);
    if (result < 0) throw failed(`cannot send "${message.step}"`, new SystemError(result, 'sendmsg'));
  }

  /** Returns whether somebody may hear it: who has gone does not, nor does who has waited for long enough. */
  trySend(message: Message): boolean {
    const result = this.#send(message, []);
    if (result >= 0) return true;
    if (result === -EPIPE || result === -ECONNRESET) return false;
    throw failed(`cannot send "${message.step}"`, new SystemError(result, 'sendmsg'));
  }

  #send(message: Message, descriptors: readonly number[]): number {
    const bytes = encodeMessage(message);
    return this.#kernel.sendDescriptors(this.#fd, bytes, 0, bytes.length, Int32Array.from(descriptors), descriptors.length);
  }

  /** Says why it ends here, to who may have gone already. */
  refuse(reason: string): void {
    const bytes = encodeMessage({ step: 'refuse', reason });
    this.#kernel.send(this.#fd, bytes, 0, bytes.length);
  }

  /** Waits for a message of this step. */
  async expect<S extends Step>(step: S, withinMs: number): Promise<Received<Extract<Message, { step: S }>>> {
    const received = await this.expectUnlessGone(step, withinMs);
    if (received === undefined) throw new EdgeloopError('EL_TAKEOVER_FAILED', `the other process has gone before it said "${step}"`);
    return received;
  }

  /** The same; undefined if nothing comes any more, since the process at the other end has gone. */
  async expectUnlessGone<S extends Step>(step: S, withinMs: number): Promise<Received<Extract<Message, { step: S }>> | undefined> {
    const received = await this.#receive(step, withinMs);
    if (received === undefined) return undefined;
    const { message, descriptors } = received;
    if (message.step === step) return { message: message as Extract<Message, { step: S }>, descriptors };
    for (const fd of descriptors) this.#kernel.close(fd);
    if (message.step === 'refuse') throw refused(message);
    throw new EdgeloopError('EL_TAKEOVER_FAILED', `"${step}" was to come, and not "${message.step}"`);
  }

  /** Who waits for a message waits no longer. */
  close(): void {
    if (this.#fd === CLOSED) return;
    this.#abandon(endsHere());
    this.#kernel.close(this.#fd);
    this.#fd = CLOSED;
  }

  async #receive(step: Step, withinMs: number): Promise<Received | undefined> {
    const untilMs = this.#kernel.now() + withinMs;
    const room = Buffer.alloc(TAKEOVER_MESSAGE_BYTES);
    const list = new Int32Array(1 + DESCRIPTOR_BATCH);
    for (let last = false; ; ) {
      const result = this.#kernel.recvDescriptors(this.#fd, room, 0, room.length, list, DESCRIPTOR_BATCH);
      if (result > 0) return this.#unpack(room.subarray(0, result), [...list.subarray(1, 1 + (list[0] as number))]);
      // The other end was closed with something unread in it. The kernel tells that first, and behind it what had been sent before.
      if (result === -ECONNRESET) continue;
      if (last) throw new EdgeloopError('EL_TAKEOVER_FAILED', `the other process has not said "${step}" in time (takeover.timeoutSeconds)`);
      if (result === 0) return undefined;
      if (result !== -EAGAIN && result !== -EINTR) throw failed(`cannot receive "${step}"`, new SystemError(result, 'recvmsg'));
      const leftMs = untilMs - this.#kernel.now();
      last = leftMs <= 0;
      if (last) this.#hearNoMore();
      else await this.#readable(leftMs);
    }
  }

  /** What was said before is there to be read, and who says something now learns that it is too late: the two never disagree on who serves. */
  #hearNoMore(): void {
    this.#kernel.shutdown(this.#fd, SHUT_RD);
  }

  #unpack(bytes: Buffer, descriptors: number[]): Received {
    try {
      return { message: decodeMessage(bytes), descriptors };
    } catch (error) {
      for (const fd of descriptors) this.#kernel.close(fd);
      throw error;
    }
  }

  /** Resolves when there is something to read, or the time is over. */
  async #readable(withinMs: number): Promise<void> {
    let settle!: (reason?: Error) => void;
    const settled = new Promise<void>((resolve, reject) => (settle = (reason) => (reason === undefined ? resolve() : reject(reason))));
    const watch = watchReadable(this.#fd, () => setImmediate(settle));
    const timer = setTimeout(settle, Math.min(withinMs, MAX_NODE_TIMER_MS));
    this.#abandon = (reason) => {
      watch.close();
      settle(reason);
    };
    await settled.finally(() => {
      clearTimeout(timer);
      watch.close();
      this.#abandon = () => {};
    });
  }
}

function failed(what: string, cause: Error): EdgeloopError {
  return new EdgeloopError('EL_TAKEOVER_FAILED', `${what}: ${cause.message}`, { cause });
}

/** For who still waits for something in a process that ends. */
export function endsHere(): EdgeloopError {
  return new EdgeloopError('EL_TAKEOVER_FAILED', 'this process ends before the takeover has');
}

/** What the other end has said against it. */
export function refused({ reason }: Extract<Message, { step: 'refuse' }>): EdgeloopError {
  return new EdgeloopError('EL_TAKEOVER_REFUSED', reason);
}
