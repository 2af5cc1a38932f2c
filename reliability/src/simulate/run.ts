import { Deliberate } from './finding.js';
import { Stage } from './stage.js';
import type { Workload } from './workload.js';

/** What one run of a workload with one seed has come to. */
export interface Outcome {
  readonly workload: string;
  readonly seed: number;
  readonly turns: number;
  readonly counts: Readonly<Record<string, number>>;
  /** What was found, with its stack; undefined if all is as it must be. */
  readonly finding?: string;
  /** Of the trace, if there was one: the same for each run with this seed. */
  readonly digest?: string;
}

/** The stage that is played on, which hears of what nobody catches. */
let present: Stage | undefined;

/** What a handler or the loop throws where nobody can catch it belongs to the run that is on. To be called once in a process. */
export function catchStrays(): void {
  const stray = (error: unknown): void => {
    if (present === undefined) throw error;
    if (error instanceof Deliberate) present.tally.count('deliberate errors that reached uncaughtException');
    else present.found(new Error(`nobody caught: ${error instanceof Error ? error.stack : String(error)}`));
  };
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
}

/** Plays a workload. Never rejects: what goes wrong is the outcome's finding. */
export async function run(workload: Workload, seed: number, writeTrace?: (line: string) => void): Promise<Outcome> {
  const stage = new Stage(seed, writeTrace);
  present = stage;
  const finding = await played(workload, stage);
  present = undefined;
  const digest = stage.trace?.digest();
  return {
    workload: workload.name,
    seed,
    turns: stage.sim.turns,
    counts: stage.tally.toJSON(),
    ...(finding !== undefined && { finding }),
    ...(digest !== undefined && { digest }),
  };
}

async function played(workload: Workload, stage: Stage): Promise<string | undefined> {
  try {
    await workload.play(stage);
    // What was thrown at the very end comes after the last promise.
    await new Promise((resolve) => setImmediate(resolve));
    stage.assertSound();
    return undefined;
  } catch (error) {
    stage.note(`FINDING: ${String(error)}`);
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
