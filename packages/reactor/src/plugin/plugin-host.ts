import type { SocketAddress } from '../net/address.js';
import { addressText, hostText } from '../net/address.js';
import type { Admission } from '../net/admission.js';
import type { Connection } from '../net/connection.js';
import { Connector, type ConnectorOptions, type Find } from '../net/connector.js';
import { type LocalEndpoint, tcpListening, tcpRemote, unixRemote } from '../net/endpoint.js';
import { Dispatcher } from './dispatcher.js';
import { EdgeloopError } from '../errors.js';
import { ATTEMPT_DELAY_MS } from '../limits.js';
import type { Acceptor } from '../net/listener.js';
import { ListenerHandle, type SharedOptions } from './listener-handle.js';
import type { EntranceHandle } from '../net/entrance.js';
import type { Loop } from '../loop/loop.js';
import { type ConnectionOptions, connectOptions, listenOptions, unixConnectOptions, unixListenOptions } from '../options.js';
import { type ChangeableSchema, type OptionsInput, parseOptions } from '../options-check.js';
import type { PluginParts } from './plugin.js';
import type { PluginLogs, ReactorLogs } from './reactor-logs.js';
import { Reception } from './reception.js';
import { openConnections } from '../net/open-connections.js';
import type { ReserveDescriptor } from '../net/reserve.js';
import { interleaveFamilies, resolveHost } from '../net/resolve.js';
import { SocketConnection } from '../net/socket-connection.js';
import { unixListening } from '../net/socket-file.js';
import type { LoopSockets } from '../net/socket-set.js';
import type { SharedCount } from '../structures/shared-count.js';

export type TcpListen = OptionsInput<typeof listenOptions>;
export type UnixListen = OptionsInput<typeof unixListenOptions>;
export type TcpConnect = OptionsInput<typeof connectOptions>;
export type UnixConnect = OptionsInput<typeof unixConnectOptions>;

/** What a plugin host needs of its reactor. */
export interface HostedBy {
  readonly loop: Loop;
  readonly reserve: ReserveDescriptor;
  readonly sockets: LoopSockets;
  readonly logs: ReactorLogs;
  /** The limits of the whole reactor. */
  readonly admission: Admission;
  /** These throw EL_REACTOR_CLOSED: once the reactor closes, and once it is over for what it closes. */
  assertOpen(): void;
  assertRunning(): void;
}

/** Opens an entrance to this loop, whose acceptor gets who comes in. */
export type OpenEntrance<Opened extends EntranceHandle> = (acceptor: Acceptor, reactor: Pick<HostedBy, 'loop' | 'reserve'>, options: SharedOptions) => Opened;

/** An entrance, and the limits and deadlines of those who have come in by it. */
export interface Admitting<Opened extends EntranceHandle> {
  readonly entrance: Opened;
  readonly listener: ListenerHandle;
}

/** A plugin in use on a reactor: listens and dials for it, and hands it the connections. */
export class PluginHost<State, Api = undefined> {
  readonly name: string;
  /** What the plugin offers besides: `api` of what its `setup` has returned. */
  readonly api: Api;
  readonly #reactor: HostedBy;
  readonly #logs: PluginLogs;
  readonly #dispatcher: Dispatcher<State>;
  readonly #defaults: Partial<ConnectionOptions>;
  #shuttingDown = false;

  constructor(name: string, makeState: (() => State) | undefined, parts: PluginParts<State, Api>, reactor: HostedBy, defaults: Partial<ConnectionOptions> = {}) {
    this.name = name;
    this.#defaults = defaults;
    this.api = parts.api as Api;
    this.#reactor = reactor;
    const { meters, stopwatch, witness } = reactor.loop;
    this.#logs = reactor.logs.of(name);
    this.#dispatcher = new Dispatcher(name, makeState, parts, { meters, stopwatch, witness, logs: this.#logs });
  }

  /**
   * Opens a listening socket whose connections are the plugin's: TCP with `host` and `port`, or a Unix socket with `path`.
   * Errors: EL_OPTION_INVALID, EL_ADDRESS_UNRESOLVED, EL_ADDRESS_INVALID, EL_PATH_TAKEN, EL_REACTOR_CLOSED, and
   * SystemErrors such as EADDRINUSE.
   */
  async listen(options: TcpListen | UnixListen): Promise<ListenerHandle> {
    if (hasPath(options)) {
      const parsed = parseOptions(unixListenOptions, this.#filled(options), 'listen');
      return this.#listen(unixListening(parsed), unixListenOptions, parsed);
    }
    const parsed = parseOptions(listenOptions, this.#filled(options), 'listen');
    const [ip] = await this.#reactor.loop.awaited(resolveHost(parsed.host));
    return this.#listen(tcpListening(ip, parsed), listenOptions, parsed);
  }

  /**
   * As `listen`, but `open` makes what lets the connections in: where they are accepted by or with other loops. Of the options those hold
   * that concern connections and how many there may be; `admitted` counts them together with those of the other loops.
   * Errors: EL_OPTION_INVALID, EL_REACTOR_CLOSED, and those of `open`.
   *
   * @internal
   */
  admit<Opened extends EntranceHandle>(options: TcpListen | UnixListen, open: OpenEntrance<Opened>, admitted?: SharedCount): Admitting<Opened> {
    const filled = this.#filled(options);
    if (hasPath(options)) return this.#admit(unixListenOptions, parseOptions(unixListenOptions, filled, 'listen'), open, admitted);
    return this.#admit(listenOptions, parseOptions(listenOptions, filled, 'listen'), open, admitted);
  }

  /**
   * Dials a connection for the plugin, TCP with `host` and `port`, or a Unix socket with `path`; it is open when the promise
   * resolves, `onOpen` having been called. There is one outcome, and a failed dial leaves no descriptor behind.
   * Errors: as for listen; EL_CONNECT_FAILED when none of several addresses answers, EL_CONNECT_TIMEOUT, the reason of an
   * aborted `signal`, and SystemErrors such as ECONNREFUSED.
   */
  async connect(options: TcpConnect | UnixConnect): Promise<Connection<State>> {
    if (hasPath(options)) {
      const parsed = parseOptions(unixConnectOptions, this.#filled(options), 'connect');
      const endpoint = unixRemote(parsed);
      return this.#connect(async () => [endpoint], { ...parsed, target: parsed.path, attemptDelayMs: ATTEMPT_DELAY_MS }, parsed);
    }
    const parsed = parseOptions(connectOptions, this.#filled(options), 'connect');
    const find = async () => interleaveFamilies(await resolveHost(parsed.host, parsed.lookup)).map((ip) => tcpRemote(ip, parsed));
    return this.#connect(find, { ...parsed, target: hostText(parsed.host, parsed.port) }, parsed);
  }

  /** Walks the plugin's open connections. One that is opened or closed meanwhile may or may not be seen. */
  connections(): IterableIterator<Connection<State>> {
    return this.#connections();
  }

  /** Whether the promise of `onShutdown` is pending. */
  get shuttingDown(): boolean {
    return this.#shuttingDown;
  }

  /** The reactor closes: lets the plugin come to an end, then the connections that it has accepted. @internal */
  async shutDown(deadlineMs: number): Promise<void> {
    this.#shuttingDown = true;
    await this.#reactor.loop.awaited(this.#dispatcher.shutDown(deadlineMs));
    this.#shuttingDown = false;
    for (const connection of this.#connections()) if (connection.accepted) connection.endWhenIdle();
  }

  *#connections(): IterableIterator<SocketConnection<State>> {
    for (const connection of openConnections(this.#reactor.loop.poller)) {
      if (connection.owner === this.#dispatcher) yield connection as SocketConnection<State>;
    }
  }

  /** What is no object stays as it is, and is complained of. */
  #filled(options: unknown): unknown {
    return typeof options === 'object' && options !== null ? { ...this.#defaults, ...options } : options;
  }

  #listen(endpoint: LocalEndpoint, schema: ChangeableSchema<SharedOptions>, options: SharedOptions): ListenerHandle {
    return this.#admit(schema, options, (acceptor) => this.#reactor.sockets.listen(acceptor, endpoint, options)).listener;
  }

  #admit<Opened extends EntranceHandle>(
    schema: ChangeableSchema<SharedOptions>, options: SharedOptions, open: OpenEntrance<Opened>, admitted?: SharedCount,
  ): Admitting<Opened> {
    this.#reactor.assertOpen();
    const { loop, admission } = this.#reactor;
    const opened = (fd: number, peer: SocketAddress, within: Admission) => void this.#open(fd, peer, options, within);
    const reception = new Reception({ loop, log: this.#logs.connection, admission, admitted, open: opened }, options);
    const entrance = open(reception, this.#reactor, options);
    return { entrance, listener: new ListenerHandle(entrance, { loop, admission: reception.admission, schema, options }) };
  }

  #connect(find: Find, how: ConnectorOptions, options: ConnectionOptions): Promise<Connection<State>> {
    this.#reactor.assertRunning();
    const { loop } = this.#reactor;
    const place = loop.witness?.here('connect');
    return Connector.connect(loop, find, how, (fd, peer) => {
      const connection = this.#open(fd, peer, options);
      if (place !== undefined) loop.witness?.opened(connection, place);
      return stillOpen(connection);
    });
  }

  /** Makes a connection of a connected descriptor, or closes the descriptor and throws what Poller.enter throws. */
  #open(fd: number, peer: SocketAddress, options: ConnectionOptions, admission?: Admission): SocketConnection<State> {
    const { loop } = this.#reactor;
    const connection = new SocketConnection(loop, fd, peer, this.#dispatcher, options, admission);
    try {
      connection.enter();
    } catch (error) {
      loop.kernel.close(fd);
      throw error;
    }
    loop.counters[admission === undefined ? 'connected' : 'accepted']++;
    if (this.#logs.connection.log.isLevelEnabled('debug')) this.#tellOpened(connection);
    connection.open();
    return connection;
  }

  #tellOpened(connection: SocketConnection<State>): void {
    const id = this.#reactor.loop.poller.idOf(connection);
    const direction = connection.accepted ? 'accepted' : 'dialled';
    this.#logs.connection.log.debug({ event: 'connection.opened', connection: id, direction, peer: addressText(connection.peer) }, 'connection opened');
  }
}

/** Plain JavaScript may pass anything: what is not even an object is left to the options' check. */
function hasPath<Options extends object>(options: Options): options is Extract<Options, { path: string }> {
  return typeof options === 'object' && options !== null && 'path' in options;
}

/** A dialled connection, unless its own `onOpen` has closed it: then the reason is thrown. */
function stillOpen<State>(connection: SocketConnection<State>): SocketConnection<State> {
  if (connection.phase !== 'closed') return connection;
  throw connection.reason ?? new EdgeloopError('EL_CONNECTION_CLOSED', `onOpen has closed the connection to ${addressText(connection.peer)}`);
}
