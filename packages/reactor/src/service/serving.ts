import { type Configuration, type ServerSettings } from '../config/index.js';
import { type ReactorGroupOptions, createReactorGroup } from '../group/create-group.js';
import type { ReactorGroup } from '../group/reactor-group.js';
import type { LevelName } from '../log.js';
import type { SocketAddress } from '../net/address.js';
import type { ListenerChanges, ReactorChanges } from '../options.js';
import type { ListenerHandle } from '../plugin/listener-handle.js';
import type { Reactor } from '../reactor.js';

/** What `createReactorGroup` takes, but for what the service sees to. */
export type Workers = Omit<ReactorGroupOptions, 'reactor' | 'log' | 'coordinator'>;

/** What serves the connections: the service's own reactor, by its listener, or the workers of a group. */
export interface Serving extends Pick<Reactor, 'connectionCount' | 'closed'> {
  readonly address: SocketAddress;
  /** Resolves when the changes are in force wherever connections are served. */
  reconfigure(reactor: ReactorChanges, listener: ListenerChanges): Promise<void>;
  /** Levels for the logs that it has besides the main thread's. */
  setLevels(level: LevelName, levels: Readonly<Record<string, LevelName>>): void;
}

/** One loop serves alone. */
export class Alone implements Serving {
  readonly #reactor: Reactor;
  readonly #listener: ListenerHandle;

  constructor(reactor: Reactor, listener: ListenerHandle) {
    this.#reactor = reactor;
    this.#listener = listener;
  }

  get address(): SocketAddress {
    return this.#listener.address;
  }

  get connectionCount(): number {
    return this.#reactor.connectionCount;
  }

  get closed(): Reactor['closed'] {
    return this.#reactor.closed;
  }

  async reconfigure(reactor: ReactorChanges, listener: ListenerChanges): Promise<void> {
    this.#reactor.reconfigure(reactor);
    this.#listener.reconfigure(listener);
  }

  setLevels(): void {
    // There is one log, and who loads the configuration has it.
  }
}

/** The workers, with the service's own reactor for their coordinator. Errors: those of createReactorGroup. */
export function openGroup(workers: Workers, { values }: Configuration<ServerSettings>, name: string, coordinator: Reactor): Promise<ReactorGroup> {
  return createReactorGroup({ ...workers, reactor: values.reactor, log: { ...values.log, name }, coordinator });
}
