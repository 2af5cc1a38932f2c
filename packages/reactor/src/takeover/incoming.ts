import { EdgeloopError } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { SocketSet } from '../net/socket-set.js';
import { type Link, refused } from './link.js';
import { PROTOCOL } from './message.js';
import type { StepTimeout } from './outgoing.js';

/** The side of the process that takes over: what it is given it holds, until everything is open and the other one leaves it. */
export class IncomingSockets {
  readonly #link: Link;
  readonly #sockets: SocketSet;
  readonly #timeout: StepTimeout;
  /** The socket through which the next one will ask; its holder closes it. */
  readonly control: number;

  private constructor(link: Link, control: number, sockets: SocketSet, timeout: StepTimeout) {
    this.#link = link;
    this.control = control;
    this.#sockets = sockets;
    this.#timeout = timeout;
  }

  /** Asks for what there is; undefined if the other one has gone before it has passed it on. Errors: EL_TAKEOVER_FAILED, EL_TAKEOVER_REFUSED; then nothing was taken. */
  static async ask(kernel: Kernel, link: Link, sockets: SocketSet, timeout: StepTimeout): Promise<IncomingSockets | undefined> {
    // Who hears nothing may have said why.
    link.trySend({ step: 'ask', protocol: PROTOCOL });
    const received = await link.expectUnlessGone('leave', timeout.timeoutMs);
    if (received === undefined) return undefined;
    const { message: { sockets: described }, descriptors } = received;
    // The kernel drops those for which the process has no room, and tells nobody.
    if (descriptors.length !== described.length + 1) {
      for (const fd of descriptors) kernel.close(fd);
      throw new EdgeloopError('EL_TAKEOVER_FAILED', `${described.length + 1} descriptors were to come, and ${descriptors.length} did; is "ulimit -n" too low?`);
    }
    sockets.adopt(described.map((one, index) => ({ ...one, fd: descriptors[index] as number })));
    return new IncomingSockets(link, descriptors.at(-1) as number, sockets, timeout);
  }

  /**
   * Everything is open. Resolves when it is this process's own, and served; with whether the other one has left it in order. If that has died
   * there is nobody else who could serve. Errors: EL_TAKEOVER_MISMATCH, and those of `ask`.
   */
  async complete(): Promise<boolean> {
    const [forgotten] = this.#sockets.unclaimed;
    if (forgotten !== undefined) throw mismatch(this.#sockets, forgotten.address);
    const isLeft = await this.#isLeft();
    this.#sockets.resume();
    return isLeft;
  }

  /** Whether it was told that all is its own now; if not, the other process has gone. */
  async #isLeft(): Promise<boolean> {
    const { timeoutMs } = this.#timeout;
    if (this.#link.trySend({ step: 'healthy' }) && (await this.#link.expectUnlessGone('yours', timeoutMs)) !== undefined) {
      // Said before it is done: who is not heard is not expected to serve, and the other one goes on.
      if (this.#link.trySend({ step: 'serving' })) return true;
    }
    // Who hears nothing and is alive says why it goes on serving.
    const refusal = await this.#link.expectUnlessGone('refuse', timeoutMs);
    if (refusal !== undefined) throw refused(refusal.message);
    return false;
  }
}

function mismatch(sockets: SocketSet, address: string): EdgeloopError {
  const opened = sockets.list().map((passed) => passed.address).join(', ');
  return new EdgeloopError(
    'EL_TAKEOVER_MISMATCH',
    `the process that serves now listens on ${address}, and this one is configured for ${opened === '' ? 'nothing' : opened}; ` +
      'give it the same addresses, or stop the other one first',
  );
}
