/**
 * Someone in a line for something, with a promise of it. The line is a Set, which keeps the order of arrival and lets
 * anyone leave it from the middle; a waiter leaves it by itself when it is served, refused or aborted. Only the first of these counts.
 */
export class Waiter<Value> {
  /** Rejects with the signal's reason if that aborts first. */
  readonly promise: Promise<Value>;
  /** Whether something is on its way for this one; kept by the owner of the line. */
  expecting = false;
  readonly #line: Set<Waiter<Value>>;
  readonly #signal: AbortSignal | undefined;
  #resolve!: (value: Value) => void;
  #reject!: (reason: unknown) => void;

  constructor(line: Set<Waiter<Value>>, signal?: AbortSignal) {
    this.#line = line;
    this.#signal = signal;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    line.add(this);
    signal?.addEventListener('abort', this.#abort);
  }

  serve(value: Value): void {
    this.#leave();
    this.#resolve(value);
  }

  refuse(reason: unknown): void {
    this.#leave();
    this.#reject(reason);
  }

  readonly #abort = () => this.refuse(this.#signal?.reason);

  #leave(): void {
    this.#line.delete(this);
    this.#signal?.removeEventListener('abort', this.#abort);
  }
}
