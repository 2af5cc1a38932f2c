// What the loops of a server have counted, asked for over HTTP.

import type { Snapshot } from '@edgeloop/reactor/telemetry';

import type { Server } from '../server.js';

/** What is needed of a loop's numbers. */
export type LoopCounts = Pick<Snapshot, 'counters' | 'histograms'>;

export interface Counts {
  /** Loops that accept for others: the main thread's, in a group. */
  readonly acceptors: readonly LoopCounts[];
  /** Loops that have the connections. */
  readonly servers: readonly LoopCounts[];
}

export async function countsOf({ greeting, peer }: Server): Promise<Counts> {
  const endpoint = /counts at (http:\S+)/.exec(greeting)?.[1];
  if (endpoint === undefined) throw new Error(`${peer.title} does not say where its counts are`);
  const answer = await fetch(endpoint);
  return (await answer.json()) as Counts;
}

/** All that were ever taken in, by whichever loop. */
export function acceptedOf({ servers }: Counts): number {
  return servers.reduce((sum, { counters }) => sum + counters.accepted, 0);
}
