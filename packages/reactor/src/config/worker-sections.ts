/** The sections of a server whose connections may be served by several threads, beside those of every server. */
import { z } from 'zod';
import { type GroupSettings, groupOptions } from '../group/group-options.js';
import { MAX_WORKERS } from '../limits.js';
import { type ServerSettings, serverSections } from './sections.js';

const { accept, placement, affinity, lagMs, threadName } = groupOptions.shape;

const beside = { onlyWith: 'workers.count' };

const workers = z
  .strictObject({
    count: z.union([z.int().min(0).max(MAX_WORKERS), z.literal('auto')]).default(0).describe(
      'Threads that serve, each with a loop of its own; auto: as many as there are CPUs that the process may use. 0: the main thread serves alone.',
    ).meta({ flag: 'workers' }),
    accept: accept.meta({ ...beside, flag: 'accept' }),
    placement: placement.meta({ onlyWith: 'workers.accept=handoff' }),
    // A list of numbers would be the only one of all settings; in a flag and a variable it is text anyway.
    affinity: z.string().regex(/^(none|spread|\d{1,5}(,\d{1,5})*)$/, 'must be none, spread, or numbers of CPUs separated by commas').default('none').describe(`${affinity.description} Numbers separated by commas.`).meta(beside),
    lagMs: lagMs.meta(beside),
    threadName: threadName.meta(beside),
  })
  .describe('Threads that share the connections.');

const common = serverSections.reactor.unwrap();
const { loop } = common.shape;
// The main thread has other things to do, a worker has not.
const reactor = common.safeExtend({ loop: loop.meta({ defaultWith: ['workers.count', 'dedicated'] }) }).describe(common.description ?? '');

/** For `z.strictObject({ ...serverSections, ...workerSections, ... })`, of a server whose definition says what workers run. */
export const workerSections = {
  reactor: reactor.prefault({}),
  workers: workers.prefault({}),
};

type WorkerSettings = z.output<typeof workers>;

/** A check for schemas that have these sections. */
export function workersFit({ value, issues }: z.core.ParsePayload<ServerSettings & { workers: WorkerSettings }>): void {
  const { listen, workers: { count, accept: strategy } } = value;
  if (count === 0 || listen.path === undefined || strategy !== 'reuseport') return;
  const message = `must be exclusive or handoff, because listen.path (${listen.path}) is a Unix socket`;
  issues.push({ code: 'custom', path: ['workers', 'accept'], message, input: strategy });
}

/** What `createReactorGroup` takes, of the section of this name; undefined if there are to be no workers. */
export function groupOptionsOf({ count, affinity: cpus, ...others }: WorkerSettings): GroupSettings | undefined {
  if (count === 0) return undefined;
  return { ...others, workers: count, affinity: cpus === 'none' || cpus === 'spread' ? cpus : cpus.split(',').map(Number) };
}
