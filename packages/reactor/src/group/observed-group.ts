import { Refusal } from '../admin/answer.js';
import type { ConnectionQuery } from '../admin/admin-options.js';
import { type ConnectionId, type ConnectionList, closeConnection, listConnections, unknownConnection } from '../admin/connection-list.js';
import { healthOf } from '../admin/health.js';
import type { Levels, Observed, ObservedWorker, Verdict } from '../admin/observed.js';
import { codeOf } from '../errors.js';
import { WORKER_ANSWER_MS } from '../limits.js';
import type { Log } from '../log.js';
import { STAGES, type Stage } from '../loop/stage.js';
import type { Reactor } from '../reactor.js';
import type { MetricsRegistry } from '../telemetry/exposition.js';
import { type MeteredGroup, metricsOfGroup } from '../telemetry/group-metrics.js';
import { type Snapshot, readGauges, takeSnapshot } from '../telemetry/snapshot.js';
import { sumSnapshots } from '../telemetry/snapshot-sum.js';
import { mergeLists, placeOf } from './listing.js';
import type { ScatterGather } from './scatter-gather.js';
import type { LevelSettings } from './worker-data.js';
import { WorkerLevels } from './worker-levels.js';
import type { WorkerSlot } from './worker-slot.js';
import { statusOf } from './worker-status.js';

export interface ObservedGroupParts {
  readonly group: MeteredGroup & { readonly coordinator: Reactor; readonly closed: Promise<unknown> };
  readonly slots: readonly WorkerSlot[];
  readonly scatterGather: ScatterGather;
  readonly levelSettings: LevelSettings;
  /** Of the main thread's log, unless others are given to the endpoint. */
  readonly ownLevels: Levels;
}

/** The list of a group says of whom it knows nothing. */
interface GroupList extends ConnectionList {
  /** Workers that have not answered in time: of their connections only the number is known. */
  readonly silent: readonly number[];
}

/** A group of reactors, seen from its main thread: numbers in shared memory, and what the workers answer. */
export class ObservedGroup implements Observed {
  readonly log: Log;
  readonly #parts: ObservedGroupParts;
  readonly #coordinator: Reactor;

  constructor(parts: ObservedGroupParts) {
    this.#parts = parts;
    this.#coordinator = parts.group.coordinator;
    this.log = this.#coordinator.log;
  }

  get sockets(): Observed['sockets'] {
    return this.#coordinator.sockets;
  }

  get draining(): boolean {
    return this.#coordinator.draining;
  }

  get closed(): Promise<unknown> {
    return this.#parts.group.closed;
  }

  registry(): MetricsRegistry {
    return metricsOfGroup(this.#parts.group);
  }

  levels(own: Levels = this.#parts.ownLevels): Levels {
    const { levelSettings, slots, scatterGather } = this.#parts;
    return new WorkerLevels({ settings: levelSettings, slots, scatterGather, own });
  }

  /** The group works while anybody serves; who does not turn is named. What drains is alive, and its workers leave before it does. */
  async health(): Promise<Verdict> {
    const { slots, scatterGather } = this.#parts;
    const [own, { silent }] = await Promise.all([healthOf(this.#coordinator), scatterGather.askAll(slots, { about: 'readiness' })]);
    const stuck = silent.map(({ index, phase }) => ({ worker: index, phase }));
    if (!own.well) return { well: false, says: { ...own.says, stuck } };
    if (silent.length === slots.length && !this.draining) return { well: false, says: { status: 'stuck', reason: "no worker's loop turns", stuck } };
    return { well: true, says: { ...own.says, stuck } };
  }

  readiness(): Verdict {
    const { slots } = this.#parts;
    const serving = slots.filter(({ up }) => up).length;
    const counts = { serving, workers: slots.length };
    if (this.draining) return { well: false, says: { status: 'draining', reason: 'the group is closing', ...counts } };
    if (serving === 0) return { well: false, says: { status: 'not_listening', reason: 'no worker serves', ...counts } };
    return { well: true, says: { status: 'ready', ...counts } };
  }

  /** Stages are the mean of the workers': so they are shares of the time, as they are of one reactor. */
  snapshot(): Snapshot {
    const workers = this.#parts.slots.map(({ meters }) => takeSnapshot(meters));
    const sum = sumSnapshots([takeSnapshot(this.#coordinator.meters), ...workers]);
    return { ...sum, stagesSeconds: meanStages(workers) };
  }

  workers(): readonly ObservedWorker[] {
    return this.#parts.slots.map((slot) => {
      const { index, ...status } = statusOf(slot);
      return { worker: index, ...status, turnAgeSeconds: readGauges(slot.meters).turnAgeSeconds };
    });
  }

  /** The main thread's own connections are in it, too, if it has any. */
  async listConnections(query: ConnectionQuery): Promise<GroupList> {
    const { slots, scatterGather } = this.#parts;
    const { answers, silent } = await scatterGather.askAll<ConnectionList>(slots, { about: 'connections', query }).catch(refuse);
    const lists = [listConnections(this.#coordinator, query), ...answers.map(({ value }) => value)];
    const list = mergeLists(lists, query);
    const unseen = silent.reduce((sum, { load }) => sum + load, 0);
    return { ...list, total: list.total + unseen, silent: silent.map(({ index }) => index) };
  }

  async closeConnection(id: string, from: string): Promise<ConnectionId> {
    const place = placeOf(id);
    if (place === undefined) return this.#closeOwn(id, from);
    const slot = this.#parts.slots[place.worker];
    if (slot?.life !== place.life) throw unknownConnection(id);
    const { answers } = await this.#parts.scatterGather.askAll<boolean>([slot], { about: 'close', connection: place.connection, from });
    const [answer] = answers;
    if (answer === undefined) throw silentWorker(slot);
    if (!answer.value) throw unknownConnection(id);
    return id;
  }

  #closeOwn(id: string, from: string): ConnectionId {
    if (!closeConnection(this.#coordinator, Number(id), this.log, from)) throw unknownConnection(id);
    return Number(id);
  }
}

function meanStages(snapshots: readonly Snapshot[]): Record<Stage, number> {
  const meanOf = (stage: Stage) => snapshots.reduce((sum, { stagesSeconds }) => sum + stagesSeconds[stage], 0) / snapshots.length;
  return Object.fromEntries(STAGES.map((stage) => [stage, meanOf(stage)])) as Record<Stage, number>;
}

/** What a worker finds wrong with a request is no error of ours. */
function refuse(error: unknown): never {
  if (codeOf(error) === 'EL_OPTION_INVALID') throw new Refusal('EL_OPTION_INVALID', (error as Error).message);
  throw error;
}

function silentWorker({ index, phase }: WorkerSlot): Refusal {
  const why = phase === 'serving' ? `has not answered within ${WORKER_ANSWER_MS / 1000} s: its loop is blocked. Ask again; it may also do it when it goes on` : `is ${phase}`;
  return new Refusal('WORKER_SILENT', `worker ${index} ${why}; /workers shows how they stand`);
}
