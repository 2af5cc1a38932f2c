/** Runs many sequences and gathers what differs, each kind of difference once. */
import { type Difference, type Opponents, duel } from './duel.js';
import type { Family } from './family.js';
import { sequence } from './generator.js';
import { type Unit, commandOf } from './sequence.js';
import type { Circumstances } from './session.js';
import { type Shrunk, Shrinker } from './shrinker.js';

export interface Plan extends Circumstances {
  readonly seed: number;
  /** How many commands at least. */
  readonly commands: number;
  readonly families: readonly Family[];
  /** After so many kinds of difference it stops. */
  readonly maxDifferences: number;
  readonly onDifference: (found: Found) => void;
}

/** A difference with the seed of its sequence, made as short as possible. */
export interface Found extends Shrunk {
  readonly seed: number;
}

export interface Tally {
  readonly steps: number;
  readonly differences: readonly Found[];
  /** How often each command was compared and equal. */
  readonly counts: ReadonlyMap<string, number>;
  /** Commands that were left out after they had differed too often to see anything behind them. */
  readonly muted: ReadonlySet<string>;
}

/** The length of a sequence; then the servers are emptied. */
export const SEQUENCE_STEPS = 200;
const MUTED_AFTER = 3;

/** Sequence number n has the seed `seed + n`, so that each can be repeated alone. */
export async function campaign(opponents: Opponents, plan: Plan): Promise<Tally> {
  const counts = new Map<string, number>();
  const differences: Found[] = [];
  const muted = new Set<string>();
  const failures = new Map<string, number>();
  let steps = 0;
  for (let { seed } = plan; steps < plan.commands && differences.length < plan.maxDifferences; seed++) {
    const units = sequence(seed, SEQUENCE_STEPS, plan.families).filter((unit) => !unit.some((step) => muted.has(commandOf(step))));
    steps += Math.max(1, units.flat().length);
    const { difference, compared } = await duel(opponents, units, plan);
    for (const command of compared) counts.set(command, (counts.get(command) ?? 0) + 1);
    if (difference === undefined) continue;
    const times = (failures.get(difference.command) ?? 0) + 1;
    failures.set(difference.command, times);
    if (times >= MUTED_AFTER) muted.add(difference.command);
    const found = await shrink(opponents, plan, { seed, units, difference });
    if (differences.some((known) => signature(known) === signature(found))) continue;
    differences.push(found);
    plan.onDifference(found);
  }
  return { steps, differences, counts, muted };
}

async function shrink(opponents: Opponents, plan: Plan, failed: { seed: number; units: readonly Unit[]; difference: Difference }): Promise<Found> {
  const shrunk = await new Shrinker(opponents, plan).shrink(failed.units, failed.difference);
  return { seed: failed.seed, ...shrunk };
}

/** Differences with the same commands and kinds of reply are one and the same, most likely. */
function signature({ units, difference }: Found): string {
  const commands = units.flat().map(commandOf).join(' ');
  return `${commands} ${difference.ours.type} ${difference.theirs.type}`;
}
