/** `npm run soak`: see `--help`, or reliability/README.md. */
import { endOnSignals, runCommand } from '../command.js';
import { HELP, type SoakOptions, readArguments } from './arguments.js';
import { Soak } from './soak.js';
import type { Verdict } from './verdict/verdict.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await runCommand('soak', async (args) => {
  const options = readArguments(args);
  if (options !== undefined) return run(options);
  process.stdout.write(HELP);
  return 0;
});

async function run(options: SoakOptions): Promise<number> {
  const { loop, seed, minutes, cycleSeconds, clients } = options;
  print(`soak: ${loop} loop, ${minutes} min in cycles of ${cycleSeconds} s, ${clients} visits at a time, seed ${seed}`);
  const soak = new Soak(options, print);
  // Signals reach the children of a terminal's job, too; which of them ends first does not matter then.
  endOnSignals(() => soak.stop());
  try {
    return tell(await soak.run(), options);
  } catch (error) {
    return tell({ failures: [(error as Error).message], notes: [] }, options);
  } finally {
    await soak.stop();
  }
}

function tell({ failures, notes }: Verdict, { seed, loop, cycleSeconds, clients }: SoakOptions): number {
  for (const note of notes) print(`  ${note}`);
  for (const failure of failures) print(`  FAILED: ${failure}`);
  const again = `npm run soak -- --seed ${seed} --loop ${loop} --cycle-seconds ${cycleSeconds} --clients ${clients}`;
  print(failures.length === 0 ? `passed, seed ${seed}` : `failed; again with: ${again}`);
  return failures.length === 0 ? 0 : 1;
}
