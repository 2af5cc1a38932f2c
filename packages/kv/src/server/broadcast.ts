import type { Client } from '../client/client.js';
import type { ClientTracking } from '../client/client-tracking.js';

/** Who is told of all keys with one prefix, and which of these have changed since they were told. */
export class Broadcast {
  readonly prefix: string;
  readonly listeners = new Set<ClientTracking<Client>>();
  /** Each with who has changed it first. */
  readonly changed = new Map<string, ClientTracking | undefined>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** What a listener is to hear, in the order of the keys' bytes: one without a loop hears nothing of what it has changed itself. */
  keysFor(listener: ClientTracking<Client>): string[] {
    const keys = [...this.changed.keys()].sort();
    return listener.noLoop ? keys.filter((key) => this.changed.get(key) !== listener) : keys;
  }
}
