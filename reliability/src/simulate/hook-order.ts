import type { Connection, Hooks } from '@edgeloop/reactor';
import { demand } from './finding.js';

type Hook = Exclude<keyof Hooks<unknown>, 'onShutdown'>;

/** How far a connection is, by its hooks. */
interface Progress {
  /** Hooks whose promise is pending. */
  pending: number;
  halfClosed: boolean;
  closed: boolean;
}

/**
 * The order that plugins rely on: `onOpen` first and once, `onClose` last and once, `onHalfClose` once at most and with nothing
 * behind it to read; neither of the two that read is called while an earlier hook's promise is pending.
 */
export class HookOrder {
  #peak = 0;
  readonly #progress = new Map<Connection, Progress>();

  /** Connections whose onOpen was called, but not their onClose. */
  get open(): number {
    return this.#progress.size;
  }

  /** The most that were open at once. */
  get peak(): number {
    return this.#peak;
  }

  /** Whether a promise of one of its hooks is pending. */
  waits(connection: Connection): boolean {
    return (this.#progress.get(connection)?.pending ?? 0) > 0;
  }

  /** Throws if this hook must not be called now. */
  enter(hook: Hook, connection: Connection): void {
    if (hook === 'onOpen') return this.#open(connection);
    const progress = this.#progress.get(connection);
    demand(progress !== undefined, () => `connection ${connection.id}: ${hook} before onOpen or after onClose`);
    const reads = hook === 'onData' || hook === 'onHalfClose';
    demand(!reads || !progress.halfClosed, () => `connection ${connection.id}: ${hook} after onHalfClose`);
    demand(!reads || progress.pending === 0, () => `connection ${connection.id}: ${hook} while a promise of an earlier hook is pending`);
    demand((hook === 'onClose') === (connection.phase === 'closed'), () => `connection ${connection.id}: ${hook} in phase ${connection.phase}`);
    if (hook === 'onHalfClose') progress.halfClosed = true;
    if (hook === 'onClose') this.#progress.delete(connection);
  }

  /** Notes that what a hook has returned is pending. */
  wait(connection: Connection, pending: Promise<void>): Promise<void> {
    const progress = this.#progress.get(connection);
    if (progress === undefined) return pending;
    progress.pending++;
    return pending.finally(() => progress.pending--);
  }

  #open(connection: Connection): void {
    demand(!this.#progress.has(connection), () => `connection ${connection.id}: onOpen is called twice`);
    this.#progress.set(connection, { pending: 0, halfClosed: false, closed: false });
    this.#peak = Math.max(this.#peak, this.open);
  }
}
