import type { Loop } from '../loop/loop.js';
import type { SocketAddress } from '../net/address.js';
import type { Admission, AdmissionLimits } from '../net/admission.js';
import type { EntranceHandle } from '../net/entrance.js';
import { openConnections } from '../net/open-connections.js';
import type { SocketConnection } from '../net/socket-connection.js';
import type { ConnectionOptions, ListenerChanges, ListenerOptions } from '../options.js';
import { type ChangeableSchema, parseChanges } from '../options-check.js';

/** What a listener and its connections go by: one object for all of them, so that a change of it reaches them all. */
export type SharedOptions = ListenerOptions & AdmissionLimits & ConnectionOptions;

export interface ListenerHandleParts {
  readonly loop: Loop;
  /** Has counted the listener's connections in, which is how they are known. */
  readonly admission: Admission;
  readonly schema: ChangeableSchema<SharedOptions>;
  readonly options: SharedOptions;
}

/** An open listener, as users see it. */
export class ListenerHandle {
  readonly #entrance: EntranceHandle;
  readonly #parts: ListenerHandleParts;

  constructor(entrance: EntranceHandle, parts: ListenerHandleParts) {
    this.#entrance = entrance;
    this.#parts = parts;
  }

  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  get address(): SocketAddress {
    return this.#entrance.address;
  }

  get closed(): boolean {
    return this.#entrance.closed;
  }

  /** Accepts no more. The connections that it has accepted stay, and may still be reconfigured. */
  close(): void {
    this.#entrance.close();
  }

  /**
   * Changes limits, deadlines in ms and water marks in bytes, all of them or, if one is wrong, none. What is left out stays.
   * It may be called at any time, also within a handler.
   *
   * - Limits hold for who comes from now on. Connections above a lowered limit stay, but nobody takes their place.
   * - Deadlines hold for the open connections too, as if they had been so from the beginning: who has been idle for longer
   *   than the new `idleTimeoutMs` is ended within the loop's next turns. 0 ends a deadline. What was not watched is not known,
   *   though: where there was no deadline at all, a message under way is not, `writeTimeoutMs` counts from now, and the time that
   *   handlers took until now is not excused.
   * - Water marks hold for what is queued too. Who has more than the new `maxQueuedBytes` is closed with EL_SLOW_CONSUMER.
   *   A connection that waits to be drained does so until the new `lowWaterBytes`, and then has `onDrain` called.
   *
   * Error: EL_OPTION_INVALID, naming each wrong option, and those that only a new listener can have otherwise.
   */
  reconfigure(changes: ListenerChanges): void {
    const { loop, admission, schema, options } = this.#parts;
    Object.assign(options, parseChanges('listener', schema, options, changes));
    const connections = [...this.#connections()];
    admission.reconfigure(options, loop.clock.nowMs, connections.map(({ peer }) => peer));
    for (const connection of connections) connection.optionsChanged();
  }

  *#connections(): IterableIterator<SocketConnection<unknown>> {
    const { loop, admission } = this.#parts;
    for (const connection of openConnections(loop.poller)) if (connection.admission === admission) yield connection;
  }
}
