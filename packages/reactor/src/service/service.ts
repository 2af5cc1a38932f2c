import { isatty } from 'node:tty';
import { type AdminHandle, openAdmin } from '../admin/index.js';
import { closeOnSignals } from '../close-on-signals.js';
import { type Configuration, type ServerSettings, adminOptionsOf } from '../config/index.js';
import { createReactor } from '../create-reactor.js';
import { EdgeloopError } from '../errors.js';
import type { ReactorGroup } from '../group/reactor-group.js';
import { nativeKernel } from '../kernel/native-kernel.js';
import type { Signal } from '../loop/signals.js';
import type { Log } from '../log.js';
import { type SocketAddress, addressText } from '../net/address.js';
import type { ListenerHandle } from '../plugin/listener-handle.js';
import type { Reactor } from '../reactor.js';
import type { MetricsRegistry } from '../telemetry/exposition.js';
import { groupRegistry } from '../telemetry/group-metrics.js';
import { reactorRegistry } from '../telemetry/metrics.js';
import { type LeveledLog, createLog } from '../telemetry/pino-log.js';
import { processRegistry } from '../telemetry/process-registry.js';
import { Reload } from './reload.js';
import { Alone, type Serving, type Workers, openGroup } from './serving.js';
import { Takeover } from '../takeover/takeover.js';
import { Supervisor } from './supervisor.js';

const STANDARD_INPUT = 0;
const HAD_TERMINAL = isatty(STANDARD_INPUT);

/** The main thread of a group has Node's work to do as well, and few events of its own. */
const COORDINATING = { loop: 'embedded' } as const;

/** Where a service reports to. */
export interface ServiceTelemetry {
  /** `log.child({ component: 'billing' })` is a component of its own, whose level operators can set at the admin endpoint. */
  readonly log: Log;
  /** What /metrics of the admin endpoint shows, the reactor's metrics and Node's: for metrics of the service's own. */
  readonly registry: MetricsRegistry;
}

/** What makes a server command of a protocol. */
export interface ServiceDefinition<Settings extends ServerSettings> {
  /** Of the program, for people. */
  readonly name: string;
  readonly version: string;
  /** Loads the configuration: at the start, and again at each SIGHUP. Error: EL_CONFIG_INVALID. */
  readonly load: () => Configuration<Settings>;
  /** Puts the plugins to use, and opens the listener whose limits and deadlines stand in the section `listen`. */
  readonly open: (reactor: Reactor, settings: Settings, telemetry: ServiceTelemetry) => Promise<ListenerHandle>;
  /** What workers serve instead, of a server that may have any; undefined if the settings ask for none. Then `open` is called. */
  readonly workers?: (settings: Settings) => Workers | undefined;
  /** Opens what the main thread does besides, when it is known where the service listens. */
  readonly openBeside?: (reactor: Reactor, settings: Settings, address: SocketAddress) => Promise<void>;
  /** Called for the signals that end the service; `again` is true for all but the first. */
  readonly onSignal?: (serving: Pick<Serving, 'connectionCount' | 'closed'>, signal: Signal, again: boolean) => void;
}

/** A service that is up. It ends at SIGTERM and SIGINT, or when its reactor is closed. */
export interface Service<Settings extends ServerSettings> {
  /** Those that it was started with. */
  readonly settings: Settings;
  /** Of the main thread. Its end is that of the service, workers and all. */
  readonly reactor: Reactor;
  readonly listener: Pick<ListenerHandle, 'address'>;
  /** Undefined if the reactor serves alone. */
  readonly group: ReactorGroup | undefined;
  /** Undefined if the configuration has no `admin.port`. */
  readonly admin: AdminHandle | undefined;
}

/** What stands before the service opens. */
interface Ground<Settings extends ServerSettings> extends LeveledLog, ServiceTelemetry {
  readonly definition: ServiceDefinition<Settings>;
  readonly configuration: Configuration<Settings>;
  readonly reactor: Reactor;
  readonly workers: Workers | undefined;
}

/**
 * Runs a server as its operators expect: configured, logging, with an endpoint for them if they want one; it ends in order at
 * SIGTERM, loads its configuration anew at SIGHUP, and tells systemd how it is. If it does not come up, nothing of it is left
 * open. Errors: those of the definition's functions, of createReactor, createReactorGroup and openAdmin, and EL_SIGNAL_TAKEN;
 * EL_REACTOR_CLOSED if a signal has ended it before it was up.
 */
export async function runService<Settings extends ServerSettings>(definition: ServiceDefinition<Settings>): Promise<Service<Settings>> {
  const configuration = definition.load();
  const { log, levels } = createLog({ ...configuration.values.log, name: definition.name });
  const workers = definition.workers?.(configuration.values);
  const reactor = createReactor({ ...configuration.values.reactor, ...(workers !== undefined && COORDINATING), log });
  try {
    return await open({ definition, configuration, log, levels, reactor, workers, registry: registryOf(configuration, reactor, workers) });
  } catch (cause) {
    const endedEarly = reactor.draining;
    // The error says it all; that what has not come up is closed again is no news.
    if (!endedEarly) levels.reset('silent', {});
    await reactor.close();
    throw endedEarly ? new EdgeloopError('EL_REACTOR_CLOSED', 'the service was told to end before it was up', { cause }) : cause;
  }
}

async function open<Settings extends ServerSettings>(ground: Ground<Settings>): Promise<Service<Settings>> {
  const { definition, configuration, log, levels, reactor } = ground;
  let opened: Serving | undefined;
  // Before that there is the reactor, and nobody whom it would serve.
  const present = () => opened ?? reactor;
  const supervisor = Supervisor.fromEnvironment(reactor, process.env, { log });
  const reload = new Reload(configuration, { load: definition.load, reactor, levels, supervisor, log: log.child({ component: 'config' }) });
  const takeover = takeoverOf(ground, supervisor);
  const ending = () => takeover?.end();
  // Before anything is open, for by default these signals end the process at once.
  endOnSignals(ground, supervisor, present, ending);
  reactor.onSignal('SIGHUP', (signal) => {
    if (isHangup(signal)) endOnHangup(ground, signal, present, ending);
    else void reload.run();
  });
  try {
    await takeover?.begin();
    const { serving, group } = await openServing(ground);
    opened = serving;
    await definition.openBeside?.(reactor, configuration.values, serving.address);
    const admin = await openEndpoint(ground, group, () => reload.shown);
    // Who has been told that it stops must not hear that it is ready.
    if (reactor.draining) throw new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor was closed while it opened');
    await takeover?.complete();
    reload.begin(serving);
    supervisor.ready(() => `serving ${addressText(serving.address)}, ${openText(serving)}`);
    return { settings: configuration.values, reactor, listener: serving, group, admin };
  } catch (error) {
    takeover?.close((error as Error).message);
    throw error;
  }
}

async function openServing<Settings extends ServerSettings>(ground: Ground<Settings>): Promise<{ serving: Serving; group: ReactorGroup | undefined }> {
  const { definition, configuration, log, reactor, registry, workers } = ground;
  if (workers === undefined) {
    return { serving: new Alone(reactor, await definition.open(reactor, configuration.values, { log, registry })), group: undefined };
  }
  const group = await openGroup(workers, configuration, definition.name, reactor);
  return { serving: group, group };
}

/** The way by which the service takes over from the process that serves, and leaves to the next one. Undefined if the configuration has none. */
function takeoverOf<Settings extends ServerSettings>(ground: Ground<Settings>, supervisor: Supervisor): Takeover | undefined {
  const { configuration, reactor } = ground;
  const { path, timeoutSeconds = 0 } = configuration.values.takeover ?? {};
  if (path === undefined) return undefined;
  const onLeft = (pid: number) => {
    supervisor.handOver(pid);
    void reactor.close({ deadlineMs: graceMs(configuration) });
  };
  const log = ground.log.child({ component: 'takeover' });
  const takeover = new Takeover({ kernel: nativeKernel(), log, sockets: reactor.sockets, path, timeoutMs: timeoutSeconds * 1000, onLeft });
  void reactor.closed.then(() => takeover.close());
  return takeover;
}

/**
 * Node's own metrics are for the endpoint only: they measure its loop by a timer that would wake an idle server for nobody. With workers the
 * endpoint has a registry of its own, which is made when they are there.
 */
function registryOf({ values }: Configuration<ServerSettings>, { meters }: Reactor, workers: Workers | undefined): MetricsRegistry {
  return values.admin.port === undefined || workers !== undefined ? reactorRegistry(meters) : processRegistry(meters);
}

/** What serves now. */
type Present = () => Pick<Serving, 'connectionCount' | 'closed'>;

function endOnSignals<Settings extends ServerSettings>(ground: Ground<Settings>, supervisor: Supervisor, present: Present, ending: () => void): void {
  const { definition, configuration, reactor } = ground;
  closeOnSignals(reactor, {
    deadlineMs: graceMs(configuration),
    onSignal: (signal, again) => {
      ending();
      if (!again) supervisor.stopping(() => `stopping, ${openText(present())}`);
      definition.onSignal?.(present(), signal, again);
    },
  });
}

/**
 * The end with the terminal. The program's `onSignal` is not called, for there is nobody left to talk to. At last the signal
 * has its way: a Node that ends by itself resets its terminal, and aborts if that is gone.
 */
function endOnHangup<Settings extends ServerSettings>(
  ground: Ground<Settings>, { name, pid, uid }: Signal, present: Present, ending: () => void,
): void {
  const { configuration, reactor } = ground;
  reactor.log.info({ event: 'signal.received', signal: name, senderPid: pid, senderUid: uid, again: false }, 'the terminal is gone: closing');
  ending();
  void reactor.close({ deadlineMs: graceMs(configuration) });
  void present().closed.then(() => process.kill(process.pid, 'SIGHUP'));
}

/** Before the supervisor hears that the service is up, so that who waits for that finds the endpoint, too. */
async function openEndpoint<Settings extends ServerSettings>(
  ground: Ground<Settings>, group: ReactorGroup | undefined, config: () => object,
): Promise<AdminHandle | undefined> {
  const { definition, configuration, reactor, log, levels } = ground;
  const options = adminOptionsOf(configuration.values.admin);
  if (options === undefined) return undefined;
  const { name, version } = definition;
  const registry = group === undefined ? ground.registry : groupRegistry(group);
  return openAdmin(group ?? reactor, { ...options, name, version, registry, levels, config, log: log.child({ component: 'admin' }) });
}

function graceMs({ values }: Configuration<ServerSettings>): number {
  return values.shutdown.graceSeconds * 1000;
}

/** SIGHUP has two meanings. That a terminal was closed, the kernel says, and shells, when the terminal is gone. */
function isHangup({ code }: Signal): boolean {
  return code > 0 || HAD_TERMINAL !== isatty(STANDARD_INPUT);
}

function openText({ connectionCount }: Pick<Serving, 'connectionCount'>): string {
  return connectionCount === 1 ? '1 connection' : `${connectionCount} connections`;
}
