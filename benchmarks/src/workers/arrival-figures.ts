// What two looks at the counts of a server's loops say about the connections that have come between them.

import { quantile } from '../quantile.js';
import type { Counts, LoopCounts } from './counts.js';

export interface ArrivalFigures {
  /** Connections of each loop. */
  readonly taken: readonly number[];
  readonly least: number;
  readonly most: number;
  /** Those of the loop with the most ÷ what each would have if all had the same. */
  readonly skew: number;
  /** How often a loop was told, for each connection, that there is somebody to let in: by a listening socket or by who hands over. */
  readonly acceptEvents: number;
  /**
   * How often a thread was woken, for each connection: for the connection and for its message. A thread that is woken for somebody whom
   * another one has let in meanwhile goes to sleep again in the kernel; its loop is told nothing.
   */
  readonly wakeUps: number;
  /** From accept(2) in one thread until another one has it; undefined where nothing is handed over. */
  readonly handoffP50Us: number | undefined;
  readonly handoffP99Us: number | undefined;
}

/** What each loop has counted in between. */
function grown(before: readonly LoopCounts[], after: readonly LoopCounts[], counter: 'accepted' | 'listenerEvents'): number[] {
  return after.map(({ counters }, loop) => counters[counter] - before[loop]!.counters[counter]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The bucket's bounds are the same in all loops, so their counts can be added. */
function handedOver(before: readonly LoopCounts[], after: readonly LoopCounts[]): { bounds: readonly number[]; counts: number[] } {
  const histogramOf = ({ histograms }: LoopCounts) => histograms['handoffSeconds']!;
  const { bounds, counts } = histogramOf(after[0]!);
  const inBucket = (loops: readonly LoopCounts[], bucket: number): number => sum(loops.map((loop) => histogramOf(loop).counts[bucket]!));
  return { bounds, counts: counts.map((_, bucket) => inBucket(after, bucket) - inBucket(before, bucket)) };
}

/** Both looks are at the same server, whose threads were woken so often in between. */
export function arrivalFigures(before: Counts, after: Counts, woken: number): ArrivalFigures {
  const taken = grown(before.servers, after.servers, 'accepted');
  const all = sum(taken);
  if (all === 0) throw new Error('nobody has come');
  const told = sum(grown(before.servers, after.servers, 'listenerEvents')) + sum(grown(before.acceptors, after.acceptors, 'listenerEvents'));
  const { bounds, counts } = handedOver(before.servers, after.servers);
  const handoffUs = (share: number): number | undefined => (sum(counts) === 0 ? undefined : quantile(bounds, counts, share) * 1e6);
  const most = Math.max(...taken);
  return {
    taken,
    least: Math.min(...taken),
    most,
    skew: most / (all / taken.length),
    acceptEvents: told / all,
    wakeUps: woken / all,
    handoffP50Us: handoffUs(0.5),
    handoffP99Us: handoffUs(0.99),
  };
}
