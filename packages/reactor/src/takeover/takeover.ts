import { setTimeout } from 'node:timers/promises';
import { EdgeloopError } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { TAKEOVER_REMAINS_MS } from '../limits.js';
import type { Log } from '../log.js';
import type { SocketSet } from '../net/socket-set.js';
import { ControlSocket } from './control-socket.js';
import { IncomingSockets } from './incoming.js';
import { Link, endsHere } from './link.js';
import { PROTOCOL } from './message.js';
import { handOver } from './outgoing.js';

export interface TakeoverParts {
  readonly kernel: Kernel;
  readonly log: Log;
  readonly sockets: SocketSet;
  /** Of the control socket. */
  readonly path: string;
  /** How long the other process may take for each of its steps. */
  readonly timeoutMs: number;
  /** Another process serves from now on; this one has nothing left to do but to finish what it has begun. */
  readonly onLeft: (pid: number) => void;
}

/** The uid that may do everything. */
const ROOT = 0;

/**
 * Hot restart: a process takes over the listening sockets of the one that serves, and leaves them to the next one. The sockets are passed
 * and never opened anew, so that no connection is refused, and none is lost of those that wait in their backlogs.
 *
 * `begin` before anything is opened, `complete` when all is; from then on the next one may ask. `close` may come at any time, also while
 * one of these is under way, which then rejects. Owns the control socket.
 */
export class Takeover {
  readonly #parts: TakeoverParts;
  #control: ControlSocket | undefined;
  /** What is taken over, until it is this process's own. */
  #incoming: IncomingSockets | undefined;
  /** To the process that this one takes over from, and later to those that ask. */
  readonly #links = new Set<Link>();
  /** Of those that ask, the one that is taking over. */
  #successor: Link | undefined;

  constructor(parts: TakeoverParts) {
    this.#parts = parts;
  }

  /**
   * Asks who serves for what there is. If nobody does, this is the first; so it is if that one dies before it has passed anything on, for nobody
   * else could serve. Errors: EL_TAKEOVER_FAILED, EL_TAKEOVER_REFUSED, and those of ControlSocket.
   */
  async begin(): Promise<void> {
    if ((await this.#isBegun()) || (await this.#isBegun())) return;
    throw new EdgeloopError('EL_TAKEOVER_FAILED', 'the other process has gone before it said "leave", and so has the one after it');
  }

  /** Whether it is known whose the sockets are; if not, who was asked has died. */
  async #isBegun(): Promise<boolean> {
    const { kernel, path } = this.#parts;
    const link = Link.connect(kernel, path);
    if (link === undefined) {
      this.#control = ControlSocket.open(kernel, path);
      return true;
    }
    this.#links.add(link);
    if (await this.#takeFrom(link)) return true;
    await setTimeout(TAKEOVER_REMAINS_MS);
    if (!this.#links.has(link)) throw endsHere();
    this.#hangUp(link);
    return false;
  }

  async #takeFrom(link: Link): Promise<boolean> {
    const { kernel, path, sockets, log } = this.#parts;
    const { pid, uid } = link.peer;
    if (!isTrusted(link)) throw refusal(`at ${path} listens the user ${uid}, whose sockets are not taken`);
    this.#incoming = await IncomingSockets.ask(kernel, link, sockets, this.#parts);
    if (this.#incoming === undefined) return false;
    this.#control = adopted(kernel, path, this.#incoming.control);
    log.info({ event: 'takeover.begun', from: pid }, `taking over from process ${pid}`);
    return true;
  }

  /** Everything is open. Resolves when this process alone serves it. Errors: EL_TAKEOVER_FAILED, EL_TAKEOVER_REFUSED, EL_TAKEOVER_MISMATCH. */
  async complete(): Promise<void> {
    if (this.#incoming !== undefined) {
      const isLeft = await this.#incoming.complete();
      this.#incoming = undefined;
      for (const link of this.#links) this.#hangUp(link);
      if (isLeft) this.#parts.log.info({ event: 'takeover.finished' }, 'everything is taken over');
      else this.#parts.log.warn({ event: 'takeover.finished' }, 'the other process has gone meanwhile: everything is taken over but the connections that it had');
    }
    this.#control?.accept((next) => void this.#meet(next));
  }

  /**
   * The process is told to end, and will close its sockets. Who has been given them already has them for itself from now on: it hears
   * nothing more, and serves.
   */
  end(): void {
    if (this.#successor === undefined) return;
    this.#hangUp(this.#successor);
    this.#parts.sockets.release();
    this.#control?.leave();
    this.#control = undefined;
  }

  /** Takes nothing over and leaves nothing any more; `reason` is for those at the other ends. */
  close(reason = 'the process ends'): void {
    this.end();
    for (const link of this.#links) {
      link.refuse(reason);
      this.#hangUp(link);
    }
    // Until all is taken over it is the other one's.
    if (this.#incoming === undefined) this.#control?.close();
    else this.#giveUp();
    this.#control = undefined;
  }

  #giveUp(): void {
    this.#incoming = undefined;
    this.#control?.leave();
    this.#parts.sockets.release();
  }

  #hangUp(link: Link): void {
    this.#links.delete(link);
    link.close();
  }

  async #meet(link: Link): Promise<void> {
    this.#links.add(link);
    try {
      // What is closed with something unread in it resets: the other one would not hear why.
      const { message } = await link.expect('ask', this.#parts.timeoutMs);
      this.#check(link, message.protocol);
      await this.#leaveTo(link);
    } catch (err) {
      if (!this.#links.has(link)) return;
      link.refuse((err as Error).message);
      this.#parts.log.warn({ event: 'takeover.failed', err }, `the takeover has failed, and this process goes on serving: ${(err as Error).message}`);
    } finally {
      this.#hangUp(link);
    }
  }

  #check(link: Link, protocol: number): void {
    if (!isTrusted(link)) throw refusal(`the user ${link.peer.uid} may not take over, only the one that serves, and root`);
    if (protocol !== PROTOCOL) {
      const versions = `the new process speaks version ${protocol} of the takeover's messages, the one that serves version ${PROTOCOL}`;
      throw refusal(`${versions}; stop that one and start the new one`);
    }
    if (this.#successor !== undefined) throw refusal(`process ${this.#successor.peer.pid} is taking over; wait until it has, or has failed`);
  }

  async #leaveTo(link: Link): Promise<void> {
    const { log, sockets, onLeft } = this.#parts;
    const { pid } = link.peer;
    const control = this.#control as ControlSocket;
    log.info({ event: 'takeover.begun', to: pid }, `process ${pid} is taking over`);
    this.#successor = link;
    await handOver(link, control.fd, sockets, this.#parts).finally(() => (this.#successor = undefined));
    control.leave();
    this.#control = undefined;
    log.info({ event: 'takeover.finished', to: pid }, `process ${pid} serves from now on`);
    onLeft(pid);
  }
}

function refusal(why: string): EdgeloopError {
  return new EdgeloopError('EL_TAKEOVER_REFUSED', why);
}

/** If it cannot be adopted, it is closed. */
function adopted(kernel: Kernel, path: string, fd: number): ControlSocket {
  try {
    return ControlSocket.adopt(kernel, path, fd);
  } catch (error) {
    kernel.close(fd);
    throw error;
  }
}

/** The same user, or root: who else can connect has been let in by mistake. */
function isTrusted({ peer: { uid } }: Link): boolean {
  return uid === ROOT || uid === process.geteuid?.();
}
