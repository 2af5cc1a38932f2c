/** A handler whose promise is pending. */
export interface PendingHandler {
  readonly plugin: string;
  readonly hook: string;
  /** The connection's id. */
  readonly connection: number;
}

/**
 * Sees, in debug mode, where things are opened and closed, and whose promises are pending, for those who ask where they went wrong.
 * A stack costs microseconds and a kilobyte, so there is no witness otherwise. It keeps alive nothing but what is pending anyway.
 */
export class Witness {
  readonly #opened = new WeakMap<object, Error>();
  readonly #closed = new WeakMap<object, Error>();
  readonly #pending = new Set<PendingHandler>();

  /** Here and now: for what is opened later, when nobody knows any more who wanted it. */
  here(what: string): Error {
    return new Error(what);
  }

  opened(thing: object, place = this.here('opened')): void {
    this.#opened.set(thing, place);
  }

  /** The calls that have opened it, the last one first; undefined if it was not seen. */
  whereOpened(thing: object): string[] | undefined {
    const place = this.#opened.get(thing);
    return place === undefined ? undefined : callers(place).map((line) => line.trim());
  }

  /** The last call that closed it, or began to. */
  closed(thing: object, what: string): void {
    this.#closed.set(thing, this.here(what));
  }

  /** An error for a `cause`: its message says what was called, its stack where. Undefined if the program has called nothing. */
  whereClosed(thing: object, cause?: Error): Error | undefined {
    const place = this.#closed.get(thing);
    if (place === undefined) return undefined;
    const error = new Error(place.message, { cause });
    error.stack = [`Error: ${place.message}`, ...callers(place)].join('\n');
    return error;
  }

  /** Passes the promise of a handler on. */
  awaits(handler: PendingHandler, promise: Promise<void>): Promise<void> {
    this.#pending.add(handler);
    return promise.then(() => void this.#pending.delete(handler));
  }

  get pending(): readonly PendingHandler[] {
    return Array.from(this.#pending);
  }
}

/** The lines of a stack, without those at its begin that are in this package: it begins with the call of whoever uses it. */
function callers({ stack = '' }: Error): string[] {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const [, ours] = /([^\s(]+)loop\/witness\.[jt]s:/.exec(frames[0] ?? '') ?? [];
  const from = ours === undefined ? -1 : frames.findIndex((frame) => !frame.includes(ours));
  return frames.slice(Math.max(0, from));
}
