import type { LevelName, Log } from '../log.js';
import type { LoopSockets } from '../net/socket-set.js';
import type { MetricsRegistry } from '../telemetry/exposition.js';
import type { Snapshot } from '../telemetry/snapshot.js';
import type { ConnectionQuery } from './admin-options.js';
import type { ConnectionId, ConnectionList } from './connection-list.js';

/** How something stands, and what to say of it. */
export interface Verdict {
  readonly well: boolean;
  readonly says: { readonly status: string; readonly reason?: string; readonly [field: string]: unknown };
}

/** The levels of logs, perhaps of those in other threads too. */
export interface Levels {
  get(): Record<string, LevelName> | Promise<Record<string, LevelName>>;
  /** The component is one of them. */
  set(component: string, level: string): void | Promise<void>;
}

/** A worker, for who looks from outside. */
export interface ObservedWorker {
  readonly worker: number;
  readonly phase: string;
  readonly lagging: boolean;
  readonly connections: number;
  readonly [field: string]: unknown;
}

/** What an endpoint looks into: one reactor, or several that serve together. */
export interface Observed {
  readonly log: Log;
  /** Opens the endpoint's own socket, which may be the next process's one day. */
  readonly sockets: Pick<LoopSockets, 'lend'>;
  /** Whether its end has begun. */
  readonly draining: boolean;
  /** Settles when there is nothing to be seen any more. */
  readonly closed: Promise<unknown>;
  /** Metrics of all of it, read when they are asked for. */
  registry(): MetricsRegistry;
  /** The levels of all its logs; `own` are those of this thread's, if they are known. */
  levels(own: Levels | undefined): Levels | undefined;
  /** Whether it works. */
  health(): Promise<Verdict>;
  /** Whether new connections are welcome. */
  readiness(): Verdict;
  snapshot(): Snapshot;
  /** Empty where all is done in one thread. */
  workers(): readonly ObservedWorker[];
  listConnections(query: ConnectionQuery): ConnectionList | Promise<ConnectionList>;
  /** `from` is where the wish comes from, for the log. Refusal: UNKNOWN_CONNECTION. */
  closeConnection(id: string, from: string): ConnectionId | Promise<ConnectionId>;
}

/** What can be looked into and is no reactor itself. */
export interface Observable {
  observe(): Observed;
}
