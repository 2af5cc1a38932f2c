import type { Clock } from './clock.js';

/** Waiting as a promise. Keeps the promises that are pending, so that none is forgotten when the reactor closes. */
export class Delays {
  readonly #clock: Clock;
  readonly #pending = new Set<(reason: Error) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when `delayMs` have passed, and not before; rejects with the signal's reason when it is aborted. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const settle = () => {
        timer.cancel();
        this.#pending.delete(fail);
        signal?.removeEventListener('abort', abort);
      };
      const fail = (reason: Error) => {
        settle();
        reject(reason);
      };
      const abort = () => fail(signal?.reason);
      const timer = this.#clock.after(delayMs, () => {
        settle();
        resolve();
      });
      this.#pending.add(fail);
      signal?.addEventListener('abort', abort);
    });
  }

  /** Rejects all that are pending. */
  close(reason: Error): void {
    for (const fail of this.#pending) fail(reason);
  }
}
