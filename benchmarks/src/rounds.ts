// Measures several peers in turn, round after round.

import type { Peer } from './benchmark.js';
import { showProgress } from './progress.js';
import { type Spread, ratioSpread, rotated, spread } from './statistics.js';

/** The measurements of each peer, by name, one for each round. */
export type Samples<T> = ReadonlyMap<string, readonly T[]>;

/** Every peer is measured once in each round, and each round begins with another one. */
export async function alternate<P extends { readonly peer: Peer }, T>(
  peers: readonly P[],
  rounds: number,
  measure: (one: P) => Promise<T>,
): Promise<Samples<T>> {
  const samples = new Map<string, T[]>(peers.map(({ peer }) => [peer.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const one of rotated(peers, round)) {
      showProgress(`round ${round + 1} of ${rounds}: ${one.peer.title}`);
      samples.get(one.peer.name)!.push(await measure(one));
    }
  }
  showProgress('');
  return samples;
}

/** The spread of one figure of one peer over the rounds. */
export function spreadOf<T>(samples: Samples<T>, name: string, figure: (sample: T) => number): Spread {
  return spread(samples.get(name)!.map(figure));
}

/**
 * The best round of one peer ÷ the best of another, or undefined where one of them was not measured. What disturbs a measurement only
 * ever adds to it, so on a machine that others share the best rounds differ by less than the medians.
 */
export function bestRatioOf<T>(samples: Samples<T>, name: string, base: string, figure: (sample: T) => number): number | undefined {
  if (!samples.has(name) || !samples.has(base)) return undefined;
  return spreadOf(samples, name, figure).lowest / spreadOf(samples, base, figure).lowest;
}

/** The spread of the ratio of a figure between two peers, or undefined where one of them was not measured. */
export function ratioOf<T>(
  samples: Samples<T>,
  name: string,
  base: string,
  figure: (sample: T) => number,
): Spread | undefined {
  const values = samples.get(name);
  const bases = samples.get(base);
  return values === undefined || bases === undefined ? undefined : ratioSpread(values.map(figure), bases.map(figure));
}
