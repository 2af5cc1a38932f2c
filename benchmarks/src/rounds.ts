// Measures several servers in turn, round after round.

import type { Peer } from './peers.js';
import { type Spread, ratioSpread, rotated, spread } from './statistics.js';

/** The measurements of each server, by name, one for each round. */
export type Samples<T> = ReadonlyMap<string, readonly T[]>;

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Every server is measured once in each round, and each round begins with another one. */
export async function alternate<S extends { readonly peer: Peer }, T>(
  servers: readonly S[],
  rounds: number,
  measure: (server: S) => Promise<T>,
): Promise<Samples<T>> {
  const samples = new Map<string, T[]>(servers.map((server) => [server.peer.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const server of rotated(servers, round)) {
      showProgress(`round ${round + 1} of ${rounds}: ${server.peer.title}`);
      samples.get(server.peer.name)!.push(await measure(server));
    }
  }
  showProgress('');
  return samples;
}

/** The spread of one figure of one server over the rounds. */
export function spreadOf<T>(samples: Samples<T>, name: string, figure: (sample: T) => number): Spread {
  return spread(samples.get(name)!.map(figure));
}

/** The spread of the ratio of a figure between two servers, or undefined where one of them was not measured. */
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
