/** `npm run soak`: see `--help`, or reliability/README.md. */
import { ArgumentError, HELP, type SoakOptions, readArguments } from './arguments.js';
import { Soak } from './soak.js';
import type { Verdict } from './verdict/verdict.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else process.exitCode = await run(options);
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  process.stderr.write(`soak: ${error.message}\n`);
  process.exitCode = 2;
}

async function run(options: SoakOptions): Promise<number> {
  const { loop, seed, minutes, cycleSeconds, clients } = options;
  print(`soak: ${loop} loop, ${minutes} min in cycles of ${cycleSeconds} s, ${clients} visits at a time, seed ${seed}`);
  const soak = new Soak(options, print);
  endOnSignals(soak);
  try {
    return tell(await soak.run(), options);
  } catch (error) {
    return tell({ failures: [(error as Error).message], notes: [] }, options);
  } finally {
    await soak.stop();
  }
}

/** Nothing is left behind. Signals reach the children of a terminal's job, too; which of them ends first does not matter then. */
function endOnSignals(soak: Soak): void {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.once(signal, () => void soak.stop().then(() => process.exit(code)));
  }
}

function tell({ failures, notes }: Verdict, { seed, loop, cycleSeconds, clients }: SoakOptions): number {
  for (const note of notes) print(`  ${note}`);
  for (const failure of failures) print(`  FAILED: ${failure}`);
  const again = `npm run soak -- --seed ${seed} --loop ${loop} --cycle-seconds ${cycleSeconds} --clients ${clients}`;
  print(failures.length === 0 ? `passed, seed ${seed}` : `failed; again with: ${again}`);
  return failures.length === 0 ? 0 : 1;
}
