import type { Test } from 'tap';
import { BRIEF } from '../../src/trials/field/findings.js';
import { type Hindrance, hindranceOf } from '../../src/trials/field/tools.js';
import { make } from '../../src/trials/runner.js';
import type { Trial } from '../../src/trials/trial.js';

/** In CI nothing may be skipped, but for what the kernel of a container refuses, which nobody could install. */
function skipping(hindrance: Hindrance | undefined): { skip?: string } {
  if (hindrance === undefined) return {};
  if (process.env['CI'] !== undefined && !hindrance.refused) throw new Error(`${hindrance.why}, and CI may skip nothing`);
  return { skip: hindrance.refused ? `the kernel refuses: ${hindrance.why}` : hindrance.why };
}

/** Each trial in its brief form, which measures nothing: the server behaves, and nothing is left of the fault. */
export function tryBriefly(t: Test, trials: readonly Trial[]): void {
  for (const trial of trials) {
    t.test(`${trial.name}: ${trial.expects}`, skipping(hindranceOf(trial)), async (t) => {
      const { expectations } = await make(trial, BRIEF);
      t.ok(expectations.length > 0);
      for (const { what, met, seen } of expectations) t.ok(met, `${what}: ${seen}`);
    });
  }
}
