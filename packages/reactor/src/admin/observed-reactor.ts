import type { Log } from '../log.js';
import type { Reactor } from '../reactor.js';
import type { MetricsRegistry } from '../telemetry/exposition.js';
import { reactorRegistry } from '../telemetry/metrics.js';
import { type Snapshot, takeSnapshot } from '../telemetry/snapshot.js';
import type { ConnectionQuery } from './admin-options.js';
import { type ConnectionId, type ConnectionList, closeConnection, listConnections, unknownConnection } from './connection-list.js';
import { healthOf, readinessOf } from './health.js';
import type { Levels, Observed, ObservedWorker, Verdict } from './observed.js';

/** One reactor, seen from its own thread. */
export class ObservedReactor implements Observed {
  readonly log: Log;
  readonly #reactor: Reactor;

  constructor(reactor: Reactor, log = reactor.log) {
    this.#reactor = reactor;
    this.log = log;
  }

  get sockets(): Observed['sockets'] {
    return this.#reactor.sockets;
  }

  get draining(): boolean {
    return this.#reactor.draining;
  }

  get closed(): Promise<unknown> {
    return this.#reactor.closed;
  }

  registry(): MetricsRegistry {
    return reactorRegistry(this.#reactor.meters);
  }

  levels(own: Levels | undefined): Levels | undefined {
    return own;
  }

  health(): Promise<Verdict> {
    return healthOf(this.#reactor);
  }

  readiness(): Verdict {
    return readinessOf(this.#reactor);
  }

  snapshot(): Snapshot {
    return takeSnapshot(this.#reactor.meters);
  }

  workers(): readonly ObservedWorker[] {
    return [];
  }

  listConnections(query: ConnectionQuery): ConnectionList {
    return listConnections(this.#reactor, query);
  }

  closeConnection(id: string, from: string): ConnectionId {
    if (!closeConnection(this.#reactor, Number(id), this.log, from)) throw unknownConnection(id);
    return Number(id);
  }
}
