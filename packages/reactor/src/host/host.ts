import type { KeepAlive } from '../loop/keep-alive.js';

/** The part of the loop that a host drives. */
export interface Turnable {
  /** The epoll descriptor. */
  readonly descriptor: number;
  /** Whether the next turn must not wait. */
  readonly busy: boolean;
  /** Promises that the loop waits for, and that Node's own loop may have to bring about. */
  readonly pendingPromises: number;
  /** Whether the process may end. */
  readonly keepAlive: KeepAlive;
  turn(timeoutMs: number): void;
}

/** Decides when the loop turns, and nothing else. The reactor does not know which host it is in. */
export interface Host {
  attach(loop: Turnable): void;
  /** Work has appeared outside a turn: make one soon. */
  wake(): void;
  /** No turn follows. The host lets go of the process. */
  detach(): void;
}
