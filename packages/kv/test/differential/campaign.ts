/** Runs many sequences and gathers what differs, each kind of difference once. */
import { type Address, RespClient } from '../support/resp-client.js';
import type { Reply } from '../support/resp-decoder.js';
import { type Opponents, duel } from './duel.js';
import type { Family } from './family.js';
import { sequence } from './generator.js';
import { REDIS_COMMANDS } from './redis-commands.js';
import { commandOf } from './sequence.js';
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
  const campaign = new Campaign(opponents, plan);
  await campaign.run();
  return campaign;
}

class Campaign implements Tally {
  steps = 0;
  readonly differences: Found[] = [];
  readonly counts = new Map<string, number>();
  readonly muted = new Set<string>();
  private readonly failures = new Map<string, number>();

  constructor(private readonly opponents: Opponents, private readonly plan: Plan) {}

  async run(): Promise<void> {
    const { commands, maxDifferences, families } = this.plan;
    for (let { seed } = this.plan; this.steps < commands && this.differences.length < maxDifferences; seed++) {
      const units = sequence(seed, SEQUENCE_STEPS, families).filter((unit) => !unit.some((step) => this.muted.has(commandOf(step))));
      this.steps += Math.max(1, units.flat().length);
      const { difference, compared } = await duel(this.opponents, units, this.plan);
      this.count(compared);
      if (difference === undefined || this.muted.has(difference.command)) continue;
      const areAlive = (await answers(this.opponents.ours)) && (await answers(this.opponents.theirs));
      await this.record({ seed, units, difference }, areAlive);
      if (!areAlive) return;
    }
  }

  /** Mistyped names are compared too, but nobody wants to read them. */
  private count(compared: readonly string[]): void {
    for (const command of compared) if (KNOWN.has(command)) this.counts.set(command, (this.counts.get(command) ?? 0) + 1);
  }

  private async record(failed: Found, canShrink: boolean): Promise<void> {
    const { command } = failed.difference;
    const times = (this.failures.get(command) ?? 0) + 1;
    this.failures.set(command, times);
    if (times >= MUTED_AFTER) this.muted.add(command);
    const shrunk = canShrink ? await new Shrinker(this.opponents, this.plan).shrink(failed.units, failed.difference) : failed;
    const found = { ...shrunk, seed: failed.seed };
    if (this.differences.some((known) => signature(known) === signature(found))) return;
    this.differences.push(found);
    this.plan.onDifference(found);
  }
}

/** A server that is gone makes no more differences, and its last sequence cannot be shrunk. */
async function answers(address: Address): Promise<boolean> {
  const client = await RespClient.connect(address).catch(() => undefined);
  client?.close();
  return client !== undefined;
}

/** Differences of one command with the same kinds of reply are one and the same, most likely. */
function signature({ difference: { command, ours, theirs } }: Found): string {
  return [command, kind(ours), kind(theirs)].join(' ');
}

/** Of an error also how it begins; of the keyspace which type of key it was. */
function kind(reply: Reply): string {
  if (!('items' in reply)) return reply.type === 'error' ? reply.value.slice(0, 20) : reply.type;
  const [first] = reply.items;
  if (first?.type !== 'simple' || !('value' in first)) return reply.type;
  return first.value.replace(/"(\\.|[^"\\])*"/, 'key').split(' ').slice(2, 5).join(' ');
}
