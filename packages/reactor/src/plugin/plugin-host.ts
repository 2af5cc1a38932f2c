import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type SocketAddress, addressText } from '../net/address.js';
import type { Connection } from '../net/connection.js';
import { Dial } from '../net/dial.js';
import { Dispatcher } from './dispatcher.js';
import { EdgeloopError } from '../errors.js';
import { InvariantError } from '../invariant.js';
import { type Acceptor, Listener } from '../net/listener.js';
import type { Log } from '../log.js';
import type { Loop } from '../loop/loop.js';
import { type ConnectionOptions, type OptionsInput, connectOptions, listenOptions, parseOptions } from '../options.js';
import type { Hooks } from './plugin.js';
import type { ReserveDescriptor } from '../net/reserve.js';
import { SocketConnection } from '../net/socket-connection.js';

/** An open listener, as users see it. */
export type ListenerHandle = Pick<Listener, 'address' | 'closed' | 'close'>;

/** What a plugin host needs of its reactor. */
export interface HostedBy {
  readonly loop: Loop;
  readonly reserve: ReserveDescriptor;
  readonly log: Log;
  /** Throws EL_REACTOR_CLOSED if it is. */
  assertOpen(): void;
}

/** A plugin in use on a reactor: listens and dials for it, and hands it the connections. */
export class PluginHost<State> {
  readonly name: string;
  readonly #reactor: HostedBy;
  readonly #dispatcher: Dispatcher<State>;
  #leaving = false;

  constructor(name: string, makeState: () => State, hooks: Hooks<State>, reactor: HostedBy) {
    this.name = name;
    this.#reactor = reactor;
    this.#dispatcher = new Dispatcher(name, makeState, hooks, { counters: reactor.loop.counters, log: reactor.log });
  }

  /**
   * Opens a listening TCP socket whose connections are the plugin's.
   * Errors: EL_OPTION_INVALID, EL_ADDRESS_UNRESOLVED, EL_REACTOR_CLOSED, and SystemErrors such as EADDRINUSE.
   */
  async listen(options: OptionsInput<typeof listenOptions>): Promise<ListenerHandle> {
    const parsed = parseOptions(listenOptions, options, 'listen');
    const ip = await resolve(parsed.host);
    this.#reactor.assertOpen();
    return new Listener(this.#reactor.loop, this.#acceptor(parsed), this.#reactor.reserve, ip, parsed);
  }

  /**
   * Dials a TCP connection for the plugin; it is open when the promise resolves, `onOpen` having been called.
   * Errors: as for listen, and SystemErrors such as ECONNREFUSED.
   */
  async connect(options: OptionsInput<typeof connectOptions>): Promise<Connection<State>> {
    const parsed = parseOptions(connectOptions, options, 'connect');
    const ip = await resolve(parsed.host);
    this.#reactor.assertOpen();
    const { loop } = this.#reactor;
    return new Promise((resolved, rejected) => {
      const connected = (fd: number, peer: SocketAddress) => {
        try {
          resolved(stillOpen(this.#open(fd, peer, parsed, 'connected')));
        } catch (error) {
          if (error instanceof InvariantError) throw error;
          rejected(error);
        }
      };
      new Dial(loop, { connected, failed: rejected }, ip, parsed).start();
    });
  }

  /** Walks the plugin's open connections. One that is opened or closed meanwhile may or may not be seen. */
  *connections(): IterableIterator<Connection<State>> {
    for (const channel of this.#reactor.loop.poller.channels()) {
      if (channel instanceof SocketConnection && channel.owner === this.#dispatcher) yield channel;
    }
  }

  /** The reactor closes: lets the plugin come to an end, then its connections. */
  async shutDown(): Promise<void> {
    await this.#dispatcher.shutDown();
    this.#leaving = true;
    for (const connection of this.connections()) (connection as SocketConnection<State>).endWhenIdle();
  }

  #acceptor(options: ConnectionOptions): Acceptor {
    const { loop: { counters }, log } = this.#reactor;
    return {
      accepted: (fd, peer) => {
        try {
          this.#open(fd, peer, options, 'accepted');
        } catch (error) {
          if (error instanceof InvariantError) throw error;
          counters.shed++;
          log.warn({ event: 'connection.shed', plugin: this.name, peer: addressText(peer), err: error }, (error as Error).message);
        }
      },
      acceptPaused: (address, cause) => {
        log.warn({ event: 'accept.paused', plugin: this.name, address: addressText(address), err: cause }, `accepting rests: ${cause.message}`);
      },
    };
  }

  /** Makes a connection of a connected descriptor, or closes the descriptor and throws what Poller.enter throws. */
  #open(fd: number, peer: SocketAddress, options: ConnectionOptions, way: 'accepted' | 'connected'): SocketConnection<State> {
    const { loop } = this.#reactor;
    const connection = new SocketConnection(loop, fd, peer, this.#dispatcher, options);
    try {
      connection.enter();
    } catch (error) {
      loop.kernel.close(fd);
      throw error;
    }
    loop.counters[way]++;
    connection.open();
    if (this.#leaving) connection.endWhenIdle();
    return connection;
  }
}

/** A dialled connection, unless its own `onOpen` has closed it: then the reason is thrown. */
function stillOpen<State>(connection: SocketConnection<State>): SocketConnection<State> {
  if (connection.phase !== 'closed') return connection;
  throw connection.reason ?? new EdgeloopError('EL_CONNECTION_CLOSED', `onOpen has closed the connection to ${addressText(connection.peer)}`);
}

/** The IP literal to use for a host: itself, or the first address that the system's resolver gives. */
async function resolve(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    const { address } = await lookup(host);
    return address;
  } catch (cause) {
    throw new EdgeloopError('EL_ADDRESS_UNRESOLVED', `"${host}" cannot be resolved to an address; check the spelling, or give an IP address`, { cause });
  }
}
