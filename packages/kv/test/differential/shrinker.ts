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
    return this.withSimplerArguments(best);
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

  private async withSimplerArguments(start: Shrunk): Promise<Shrunk> {
    let best = start;
    for (let unit = 0; unit < best.units.length; unit++) {
      for (const simpler of simplifications(best.units[unit] as Unit)) {
        best = (await this.try(best.units.with(unit, simpler), best)) ?? best;
      }
    }
    return best;
  }
}

/** Steps that are counted on one another stay together. */
function flattened({ units, difference }: Shrunk): Shrunk {
  const isBound = (unit: Unit) => unit.some(({ mode }) => mode === 'silent' || mode === 'later' || mode === 'collect' || mode === 'dump');
  return { units: units.flatMap((unit): Unit[] => (isBound(unit) ? [unit] : unit.map((step) => [step]))), difference };
}

function* simplifications(unit: Unit): Generator<Unit> {
  const [step] = unit as [Step];
  if (unit.length > 1) return;
  for (let i = step.args.length - 1; i >= 1; i--) {
    yield [{ ...step, args: step.args.filter((_, at) => at !== i) }];
    if (step.args.length > 4) yield [{ ...step, args: step.args.filter((_, at) => at !== i && at !== i - 1) }];
  }
}
