import type { Disturbance } from './findings.js';

export interface Slowdown {
  readonly quiet: number;
  readonly attacked: number;
  readonly ratio: number;
}

/**
 * What a fault does to a percentile, by the best round of each: what else runs on the machine only ever adds to a latency, so
 * best rounds tell a fault from an accident where medians do not.
 */
export function slowdownOf(rounds: readonly Disturbance[], percentile: 'p50Us' | 'p99Us'): Slowdown {
  const quiet = Math.min(...rounds.map((round) => round.quiet[percentile]));
  const attacked = Math.min(...rounds.map((round) => round.attacked[percentile]));
  return { quiet, attacked, ratio: attacked / quiet };
}
