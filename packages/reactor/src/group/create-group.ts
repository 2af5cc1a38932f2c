import { createReactor } from '../create-reactor.js';
import { EdgeloopError, check } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { nativeKernel } from '../kernel/native-kernel.js';
import { HANDOFF_RING_DESCRIPTORS } from '../limits.js';
import type { LevelName } from '../log.js';
import { Meters } from '../loop/meters.js';
import { addressText } from '../net/address.js';
import { type ReactorOptions, reactorOptions } from '../options.js';
import { type OptionsInput, parseOptions } from '../options-check.js';
import type { PluginHost, TcpListen, UnixListen } from '../plugin/plugin-host.js';
import type { Reactor } from '../reactor.js';
import { DescriptorLedger } from '../structures/descriptor-ledger.js';
import { DescriptorRing } from '../structures/descriptor-ring.js';
import { SharedCount } from '../structures/shared-count.js';
import type { LogLevels } from '../telemetry/log-levels.js';
import { type CreateLogOptions, createLog } from '../telemetry/pino-log.js';
import { usableCpus } from './cpu-mask.js';
import { type GroupSettings, groupOptions, noOptions, workerCount } from './group-options.js';
import { type GroupSockets, descriptorLimit, openSockets } from './group-sockets.js';
import { HandoffAcceptor } from './handoff-acceptor.js';
import { LoadWatch } from './load-watch.js';
import { choiceOf } from './placement.js';
import { withRateShare } from './rate-share.js';
import { type GroupParts, ReactorGroup } from './reactor-group.js';
import type { PluginSource, WorkerLog } from './worker-data.js';
import { type SlotParts, WorkerSlot } from './worker-slot.js';

export type ReactorGroupOptions = OptionsInput<typeof groupOptions> & {
  /** Whose connections they are. Each worker imports the module, so nothing but its options is shared. */
  plugin: {
    /** `new URL('./chat.js', import.meta.url)`, or the text of one. */
    readonly module: URL | string;
    /** By which name the module exports the plugin. Default: `'default'`. */
    readonly name?: string;
    /** Copied to each worker as structuredClone does it. */
    readonly options?: object;
  };
  /**
   * What `listen` of a plugin takes. `maxConnections` holds for the group, here and of `reactor`, and of `maxAcceptsPerSecond` each worker has
   * its part. `maxConnectionsPerAddress` holds for each worker, and so for the group only if an address always comes to the same one.
   */
  listen: TcpListen | UnixListen;
  /** What `createReactor` takes, for the workers; `loop` is `'dedicated'` by default. */
  reactor?: OptionsInput<typeof reactorOptions>;
  /** What `createLog` takes, for the workers: they write to standard error, and each line has a field `worker`. */
  log?: Omit<CreateLogOptions, 'destination'>;
  /** The main thread's reactor, which closes with the group. Default: one is made. */
  coordinator?: Reactor;
};

/**
 * Starts several loops that serve one address, each in a thread of its own: docs/guides/scale-up.md. Resolves when all serve.
 * Errors: EL_OPTION_INVALID; EL_WORKER_FAILED, with what a worker could not start for; those of `createReactor` and of `listen`.
 */
export async function createReactorGroup({ plugin, listen, reactor = {}, log = {}, coordinator, ...options }: ReactorGroupOptions): Promise<ReactorGroup> {
  const settings = parseOptions(groupOptions, options, 'createReactorGroup');
  const worker = parseOptions(reactorOptions, { loop: 'dedicated', ...reactor }, 'createReactorGroup, "reactor"');
  const source = sourceOf(plugin);
  const cpus = cpusFor(settings);
  const own = createLog(log);
  const hub = coordinator ?? createReactor({ log: own.log });
  let sockets: GroupSockets | undefined;
  try {
    sockets = await openSockets(hub.sockets, listen, settings.accept, workerCount(settings));
    return await start({
      hub, settings, worker, sockets, source, cpus, listen: { ...listen }, log: workerLog(log, own.levels), ownLevels: own.levels,
    });
  } catch (error) {
    sockets?.close();
    if (coordinator === undefined) await hub.close();
    throw error;
  }
}

/** Complains here of what cannot be copied, and not in each worker. */
function sourceOf({ module, name = 'default', options = {} }: ReactorGroupOptions['plugin']): PluginSource {
  try {
    return { module: String(module), name, options: structuredClone(options) };
  } catch (cause) {
    const message = `createReactorGroup: "plugin.options" cannot be copied to a worker: ${(cause as Error).message}; functions and handles must be made there`;
    throw new EdgeloopError('EL_OPTION_INVALID', message, { cause });
  }
}

/** Complains here, with what there is, and not in each worker, to which the kernel says no more than EINVAL. */
function cpusFor({ affinity }: GroupSettings): readonly number[] {
  if (affinity === 'none') return [];
  const usable = usableCpus(nativeKernel());
  if (affinity === 'spread') return usable;
  const missing = affinity.find((cpu) => !usable.includes(cpu));
  if (missing === undefined) return affinity;
  throw new EdgeloopError('EL_OPTION_INVALID', `"affinity": CPU ${missing} is not one that the process may use; those are ${usable.join(', ')}`);
}

function cpuOf(worker: number, cpus: readonly number[]): readonly number[] {
  return cpus.length === 0 ? [] : [cpus[worker % cpus.length] as number];
}

interface Ground extends Pick<ReactorGroupOptions, 'listen'> {
  readonly hub: Reactor;
  readonly settings: GroupSettings;
  readonly worker: ReactorOptions;
  readonly sockets: GroupSockets;
  readonly source: PluginSource;
  /** The workers take theirs from these in turn; empty: any. */
  readonly cpus: readonly number[];
  readonly log: WorkerLog;
  readonly ownLevels: LogLevels;
}

/** With the level that the environment may have said. */
function workerLog(log: Omit<CreateLogOptions, 'destination'>, own: LogLevels): WorkerLog {
  return { ...log, level: own.get()['default'] as LevelName, levels: log.levels ?? {} };
}

async function start(ground: Ground): Promise<ReactorGroup> {
  const { hub, settings } = ground;
  const group = groupOf(ground);
  const host = hub.use({ name: 'group', options: noOptions, setup: () => ({ onShutdown: (deadlineMs: number) => group.end(deadlineMs) }) });
  try {
    await group.start(settings.accept === 'handoff' ? openAcceptor(host, group, ground) : undefined);
    const address = addressText(group.address);
    hub.log.info({ event: 'listener.opened', address, workers: group.workers.length }, `workers listen on ${address}`);
    return group;
  } catch (error) {
    await group.dispose();
    throw error;
  }
}

/** If it cannot be made, for it opens an inbox, what was put into the slots is closed. */
function groupOf(ground: Ground): ReactorGroup {
  const { hub, settings, worker, sockets, listen, log, ownLevels } = ground;
  const { slots, dataOf } = slotsOf(ground);
  try {
    return new ReactorGroup({
      reactor: hub, log: hub.log, accept: settings.accept, sockets, reactorOptions: worker, listen, levelSettings: log, ownLevels, slots, dataOf,
    });
  } catch (error) {
    for (const slot of slots) slot.close();
    throw error;
  }
}

/** The workers' slots, and what is put into each. */
function slotsOf({ settings, worker, source, listen, log, cpus }: Ground): Pick<GroupParts, 'slots' | 'dataOf'> {
  const kernel = nativeKernel();
  const { threadName } = settings;
  const workers = workerCount(settings);
  const ledger = DescriptorLedger.sized(descriptorLimit());
  const admitted = { reactor: SharedCount.sized(workers), listener: SharedCount.sized(workers) };
  const slots: WorkerSlot[] = [];
  try {
    for (let index = 0; index < workers; index++) {
      const counts = Object.values(admitted).map((memory) => new SharedCount(memory, index));
      slots.push(slotOf({ index, kernel, ledger, admitted: counts }, settings));
    }
  } catch (error) {
    for (const slot of slots) slot.close();
    throw error;
  }
  const dataOf: GroupParts['dataOf'] = ({ index, meters }) => {
    const shared = { meters: meters.memory, ledger: ledger.memory, admitted };
    return { plugin: source, listen: withRateShare(listen, index, workers), reactor: worker, log, threadName, cpus: cpuOf(index, cpus), ...shared };
  };
  return { slots, dataOf };
}

function slotOf(parts: Pick<SlotParts, 'index' | 'kernel' | 'ledger' | 'admitted'>, { accept, lagMs }: GroupSettings): WorkerSlot {
  const { kernel } = parts;
  const meters = new Meters();
  const deaf = check(kernel.epollCreate(), 'epoll_create1');
  try {
    const handoff = accept === 'handoff' ? handoffOf(kernel) : undefined;
    return new WorkerSlot({ ...parts, meters, watch: new LoadWatch(meters, lagMs), handoff, deaf });
  } catch (error) {
    kernel.close(deaf);
    throw error;
  }
}

function handoffOf(kernel: Kernel): NonNullable<WorkerSlot['handoff']> {
  return { ring: new DescriptorRing(HANDOFF_RING_DESCRIPTORS), doorbell: check(kernel.eventfdCreate(), 'eventfd') };
}

function openAcceptor(host: PluginHost<unknown, unknown>, group: ReactorGroup, { settings, sockets, listen }: Ground): HandoffAcceptor {
  const choose = choiceOf(settings.placement);
  const takers = () => group.takers();
  return host.admit(listen, (reception, { loop, reserve }, options) => new HandoffAcceptor({ loop, reserve, options, choose, sockets, takers, reception })).entrance;
}
