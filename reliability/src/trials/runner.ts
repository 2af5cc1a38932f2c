import { UNMEASURED, UNPLACED, type Placement } from './field/placement.js';
import { Field } from './field/field.js';
import type { Extent } from './field/findings.js';
import type { Outcome, Trial } from './trial.js';

/** Makes a trial. What stops it before its end is an expectation that was not met, like any other. */
export async function make(trial: Trial, extent: Extent, placement: Placement = extent.measured ? UNPLACED : UNMEASURED): Promise<Outcome> {
  const field = new Field(extent, placement);
  try {
    await trial.run(field);
  } catch (error) {
    field.expect('the trial runs to its end', false, error instanceof Error ? error.message : String(error));
  } finally {
    await field.close();
  }
  return { trial, ...field.findings };
}
