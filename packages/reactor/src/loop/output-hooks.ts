import { rethrowLater } from './rethrow.js';
import type { Stopwatch } from './stopwatch.js';

interface OutputHook {
  /** The number of the plugin among those that are measured. */
  readonly plugin: number;
  call(): unknown;
}

/**
 * The hooks `beforeOutput`, of all plugins: what must have happened before anybody is told of it happens there. A write-ahead log is
 * written once for all replies of a batch, and not once for each change; and at the end of each turn, also if there are none.
 *
 * While one throws, nothing leaves: bytes that are sent cannot be taken back. They stay queued, and with them the loop stays busy, so
 * that the hook is called again in the next turn, if the program survives the error. So it is while one returns false.
 */
export class OutputHooks {
  readonly #stopwatch: Pick<Stopwatch, 'beginHook' | 'endHook'>;
  readonly #hooks: OutputHook[] = [];
  /** A hook may write to a connection, and what it writes may be so much that it is sent at once. */
  #calling = false;

  constructor(stopwatch: Pick<Stopwatch, 'beginHook' | 'endHook'>) {
    this.#stopwatch = stopwatch;
  }

  add(plugin: number, call: () => unknown): void {
    this.#hooks.push({ plugin, call });
  }

  /** Output is about to leave, or a turn ends. Returns whether output may leave. */
  call(): boolean {
    return this.#hooks.length === 0 || this.#calling || this.#callAll();
  }

  #callAll(): boolean {
    let succeeded = true;
    this.#calling = true;
    for (const hook of this.#hooks) if (!this.#succeeds(hook)) succeeded = false;
    this.#calling = false;
    return succeeded;
  }

  #succeeds(hook: OutputHook): boolean {
    const stage = this.#stopwatch.beginHook(hook.plugin, 'beforeOutput');
    try {
      return hook.call() !== false;
    } catch (error) {
      rethrowLater(error);
      return false;
    } finally {
      this.#stopwatch.endHook(stage);
    }
  }
}
