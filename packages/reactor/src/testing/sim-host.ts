import type { Host, Turnable } from '../host/host.js';
import { Loop } from '../loop/loop.js';
import { invariant } from '../invariant.js';

/** A host in which nothing happens by itself: whoever simulates says when the loop turns. */
export class SimHost implements Host {
  #loop: Loop | undefined;
  #woken = false;

  /** The loop that it drives, for who looks inside; undefined when the reactor is closed. */
  get loop(): Loop | undefined {
    return this.#loop;
  }

  /** Whether the loop has work that no event tells of. */
  get due(): boolean {
    return this.#woken || this.#loop?.busy === true;
  }

  attach(loop: Turnable): void {
    invariant(loop instanceof Loop, 'a simulation drives nothing but loops');
    this.#loop = loop;
  }

  wake(): void {
    this.#woken = true;
  }

  turn(timeoutMs: number): void {
    this.#woken = false;
    this.#loop?.turn(timeoutMs);
  }

  detach(): void {
    this.#loop = undefined;
  }
}
