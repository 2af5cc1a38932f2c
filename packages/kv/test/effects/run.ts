/**
 * Lets a server log random commands, and another one read that: both must hold the same.
 *
 *   node packages/kv/dist/test/effects/run.js [SEED [SEQUENCES]]
 *
 * Sequence number n has the seed SEED + n. Ends with 1 if there was a difference, after the shortest sequence that still shows it.
 */
import { FAMILIES } from '../differential/families/index.js';
import { sequence } from '../differential/generator.js';
import type { Unit } from '../differential/sequence.js';
import { commandLines } from '../differential/transcript.js';
import { chance } from './chance.js';
import { trial, tryUnits } from './trial.js';

const STEPS = 250;
const first = Number(process.argv[2] ?? Date.now() % 1_000_000_000);
const count = Number(process.argv[3] ?? 1000);
let steps = 0;
for (let seed = first; seed < first + count && process.exitCode === undefined; seed++) {
  const outcome = trial(seed);
  steps += outcome.steps;
  if (outcome.differences.length > 0) report(seed);
}
process.stdout.write(`seeds from ${first} on: ${steps} commands\n`);

function report(seed: number): void {
  const units = shortened(sequence(seed, STEPS, [...FAMILIES, chance]), seed);
  process.stdout.write(`seed ${seed}:\n${commandLines(units)}\n${tryUnits(units, seed).differences.join('\n')}\n`);
  process.exitCode = 1;
}

/** Without each part that can be left out. */
function shortened(units: readonly Unit[], seed: number): readonly Unit[] {
  let best = units;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; ) {
      const shorter = [...best.slice(0, at), ...best.slice(at + size)];
      if (shorter.length > 0 && tryUnits(shorter, seed).differences.length > 0) best = shorter;
      else at += size;
    }
  }
  return best;
}
