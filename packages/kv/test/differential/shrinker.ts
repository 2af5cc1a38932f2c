/** Makes a failing sequence short: first whole units go, then steps, then arguments get simpler. */
import { type Difference, type Opponents, duel } from './duel.js';
import type { Step, Unit } from './sequence.js';
import type { Circumstances } from './session.js';

export interface Shrunk {
  readonly units: readonly Unit[];
  readonly difference: Difference;
}

/** A bound for a sequence that resists, so that a report comes in seconds. */
const MAX_DUELS = 600;

export class Shrinker {
  private duels = 0;

  constructor(private readonly opponents: Opponents, private readonly circumstances: Circumstances) {}

  async shrink(units: readonly Unit[], difference: Difference): Promise<Shrunk> {
    let best: Shrunk = { units, difference };
    best = await this.withoutChunks(best);
    best = await this.withoutChunks(flattened(best));
    return this.withFewerArguments(best);
  }

  /** The same command has to differ, or a shorter sequence would show something else. */
  private async try(units: readonly Unit[], best: Shrunk): Promise<Shrunk | undefined> {
    if (this.duels >= MAX_DUELS) return undefined;
    this.duels += 1;
    const { difference } = await duel(this.opponents, units, this.circumstances);
    return difference?.command === best.difference.command ? { units, difference } : undefined;
  }

  /** Delta debugging: takes away halves, then quarters, down to single units. */
  private async withoutChunks(start: Shrunk): Promise<Shrunk> {
    let best = start;
    for (let size = Math.ceil(best.units.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = best.units.length - size; from > -size; from -= size) {
        const rest = best.units.filter((_, i) => i < from || i >= from + size);
        best = (await this.try(rest, best)) ?? best;
      }
    }
    return best;
  }

  /** Arguments go in the same way, first many at once, as a pair or one. */
  private async withFewerArguments(start: Shrunk): Promise<Shrunk> {
    let best = start;
    for (let unit = 0; unit < best.units.length; unit++) {
      for (let size = halfOfArguments(best.units[unit] as Unit); size >= 1; size = Math.floor(size / 2)) {
        for (let from = argumentsOf(best.units[unit] as Unit) - size + 1; from >= 1; from -= size) {
          best = (await this.try(best.units.with(unit, withoutArguments(best.units[unit] as Unit, from, size)), best)) ?? best;
        }
      }
    }
    return best;
  }
}

/** How many arguments may be taken away: none where steps are bound to each other. */
function argumentsOf(unit: Unit): number {
  return unit.length === 1 ? (unit[0] as Step).args.length - 1 : 0;
}

/** An even number, because what comes in pairs is taken away in pairs. */
function halfOfArguments(unit: Unit): number {
  const half = Math.floor(argumentsOf(unit) / 2);
  return half > 2 ? half - (half % 2) : half;
}

function withoutArguments(unit: Unit, from: number, size: number): Unit {
  return unit.map((step) => ({ ...step, args: step.args.filter((_, at) => at < from || at >= from + size) }));
}

/** Steps that are counted on one another stay together; and of those that make a user, none must be left without the one that deletes it. */
function flattened({ units, difference }: Shrunk): Shrunk {
  const isBound = (unit: Unit) => unit.some(({ mode = '', args }) => /^(silent|later|collect|dump)$/.test(mode) || args[0] === 'ACL');
  return { units: units.flatMap((unit): Unit[] => (isBound(unit) ? [unit] : unit.map((step) => [step]))), difference };
}
