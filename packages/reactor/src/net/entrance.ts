import type { Channel } from '../loop/channel.js';
import type { SocketAddress } from './address.js';

/** An entrance as its owner sees it; or several that belong together. */
export type EntranceHandle = Pick<Entrance, 'address' | 'closed' | 'close'>;

/** A way by which connections come into a loop: a socket that listens in it, or one at which another thread accepts for it. */
export abstract class Entrance implements Channel {
  abstract readonly fd: number;
  readonly keepsAlive = true;
  slot = -1;

  /** Where peers have to connect to, with the port that the kernel chose if 0 was asked for. */
  abstract readonly address: SocketAddress;
  abstract readonly closed: boolean;
  abstract mark(events: number): void;
  abstract service(): boolean;

  /** Lets nobody in any more. */
  abstract close(): void;

  /** Closes, but first lets in who has been waiting for that, even while it rests: nobody else would, and the kernel reset them. */
  abstract acceptRest(): void;

  destroy(): void {
    this.close();
  }
}
