import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { LAG_MS, MAX_WORKERS } from '../limits.js';

export const ACCEPT_STRATEGIES = ['reuseport', 'exclusive', 'handoff'] as const;
export const PLACEMENTS = ['round-robin', 'least-connections', 'source-hash'] as const;

export type AcceptStrategy = (typeof ACCEPT_STRATEGIES)[number];
export type Placement = (typeof PLACEMENTS)[number];

/** What may be set of a group of loops; docs/guides/scale-up.md says which to choose. */
export const groupOptions = z.strictObject({
  workers: z.union([z.int().min(1).max(MAX_WORKERS), z.literal('auto')]).default('auto').describe(
    'Threads with a loop of their own; auto: as many as there are CPUs that the process may use.',
  ),
  accept: z.enum(ACCEPT_STRATEGIES).default('reuseport').describe(
    'Who accepts: each worker from a socket of its own (SO_REUSEPORT), whoever is free from one that all share (EPOLLEXCLUSIVE), or the main thread, ' +
      'which hands the connections on.',
  ),
  placement: z.enum(PLACEMENTS).default('least-connections').describe(
    'To whom the main thread hands a connection on, if it accepts: to each in turn, to who has the fewest, or for one address always to the same.',
  ),
  affinity: z.union([z.enum(['none', 'spread']), z.array(z.int().min(0).max(65_535)).min(1)]).default('none').describe(
    'CPUs that the workers are bound to (sched_setaffinity(2)): none; spread: one each, of those that the process may use; or a list that they take ' +
      'theirs from in turn.',
  ),
  lagMs: z.number().min(0).default(LAG_MS).describe(
    'A worker whose turns take longer than this, in milliseconds, gets no new connections until they take less than half of it; 0: it always does.',
  ),
  threadName: z.string().regex(/^[\x21-\x7e]{1,11}$/).default('edgeloop').describe(
    'What the workers are called in top(1) and /proc, with their number behind it: edgeloop/0.',
  ),
});

export type GroupSettings = z.output<typeof groupOptions>;

export function workerCount({ workers }: Pick<GroupSettings, 'workers'>): number {
  return workers === 'auto' ? Math.min(availableParallelism(), MAX_WORKERS) : workers;
}

/** Of the group itself, as a plugin of the coordinator. */
export const noOptions = z.strictObject({});
