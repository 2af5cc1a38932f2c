/** Runs many sequences and gathers what differs, each kind of difference once. */
import { type Address, RespClient } from '../support/resp-client.js';
import type { Reply } from '../support/resp-decoder.js';
import { type Difference, type Opponents, duel } from './duel.js';
import type { Family } from './family.js';
import { sequence } from './generator.js';
import { REDIS_COMMANDS } from './redis-commands.js';
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
export const SEQUENCE_STEPS = 250;
const MUTED_AFTER = 3;
const KNOWN: ReadonlySet<string> = new Set(REDIS_COMMANDS);

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
    // Mistyped names are compared too, but nobody wants to read them.
    for (const command of compared) if (KNOWN.has(command)) counts.set(command, (counts.get(command) ?? 0) + 1);
    if (difference === undefined || muted.has(difference.command)) continue;
    const times = (failures.get(difference.command) ?? 0) + 1;
    failures.set(difference.command, times);
    if (times >= MUTED_AFTER) muted.add(difference.command);
    const isOver = !(await answers(opponents.ours)) || !(await answers(opponents.theirs));
    const found = isOver ? { seed, units, difference } : await shrink(opponents, plan, { seed, units, difference });
    if (!isOver && differences.some((known) => signature(known) === signature(found))) continue;
    differences.push(found);
    plan.onDifference(found);
    if (isOver) break;
  }
  return { steps, differences, counts, muted };
}

/** A server that is gone makes no more differences, and its last sequence cannot be shrunk. */
async function answers(address: Address): Promise<boolean> {
  const client = await RespClient.connect(address).catch(() => undefined);
  client?.close();
  return client !== undefined;
}

async function shrink(opponents: Opponents, plan: Plan, failed: { seed: number; units: readonly Unit[]; difference: Difference }): Promise<Found> {
  const shrunk = await new Shrinker(opponents, plan).shrink(failed.units, failed.difference);
  return { seed: failed.seed, ...shrunk };
}

/** Differences of one command with the same kinds of reply are one and the same, most likely. */
function signature({ difference: { command, ours, theirs } }: Found): string {
  return [command, kind(ours), kind(theirs)].join(' ');
}

/** Of an error also how it begins; of the keyspace which type of key it was. */
function kind(reply: Reply): string {
  if (!('items' in reply)) return reply.type === 'error' ? reply.value.slice(0, 30) : reply.type;
  const [first] = reply.items;
  if (first?.type !== 'simple' || !('value' in first)) return reply.type;
  return first.value.replace(/"(\\.|[^"\\])*"/, 'key').split(' ').slice(2, 5).join(' ');
}
