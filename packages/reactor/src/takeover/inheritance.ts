import { EdgeloopError } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Estate } from '../net/estate.js';
import type { Patience } from './bequest.js';
import { type Link, refused } from './link.js';
import { PROTOCOL } from './message.js';

/** The side of the process that takes over: what it is given it holds, until everything is open and the other one leaves it. */
export class Inheritance {
  readonly #link: Link;
  readonly #estate: Estate;
  readonly #patience: Patience;
  /** The socket through which the next one will ask; its holder closes it. */
  readonly control: number;

  private constructor(link: Link, control: number, estate: Estate, patience: Patience) {
    this.#link = link;
    this.control = control;
    this.#estate = estate;
    this.#patience = patience;
  }

  /** Asks for what there is. Errors: EL_TAKEOVER_FAILED, EL_TAKEOVER_REFUSED; then nothing was taken. */
  static async ask(kernel: Kernel, link: Link, estate: Estate, patience: Patience): Promise<Inheritance> {
    link.send({ step: 'ask', protocol: PROTOCOL });
    const { message: { sockets }, descriptors } = await link.expect('leave', patience.timeoutMs);
    // The kernel drops those for which the process has no room, and tells nobody.
    if (descriptors.length !== sockets.length + 1) {
      for (const fd of descriptors) kernel.close(fd);
      throw new EdgeloopError('EL_TAKEOVER_FAILED', `${sockets.length + 1} descriptors were to come, and ${descriptors.length} did; is "ulimit -n" too low?`);
    }
    estate.inherit(sockets.map((described, index) => ({ ...described, fd: descriptors[index] as number })));
    return new Inheritance(link, descriptors.at(-1) as number, estate, patience);
  }

  /**
   * Everything is open. Resolves when it is this process's own, and served; with whether the other one has left it in order. If that has died
   * there is nobody else who could serve. Errors: EL_TAKEOVER_MISMATCH, and those of `ask`.
   */
  async complete(): Promise<boolean> {
    const [forgotten] = this.#estate.unclaimed;
    if (forgotten !== undefined) throw mismatch(this.#estate, forgotten.address);
    const isLeft = await this.#isLeft();
    this.#estate.resume();
    return isLeft;
  }

  /** Whether it was told that all is its own now; if not, the other process has gone. */
  async #isLeft(): Promise<boolean> {
    const { timeoutMs } = this.#patience;
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

function mismatch(estate: Estate, address: string): EdgeloopError {
  const opened = estate.heirlooms().map((heirloom) => heirloom.address).join(', ');
  return new EdgeloopError(
    'EL_TAKEOVER_MISMATCH',
    `the process that serves now listens on ${address}, and this one is configured for ${opened === '' ? 'nothing' : opened}; ` +
      'give it the same addresses, or stop the other one first',
  );
}
