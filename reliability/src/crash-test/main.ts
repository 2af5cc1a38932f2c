/** `npm run crash-test`: see `--help`, or reliability/README.md. */
import { endOnSignals, runCommand } from '../command.js';
import { isInstalled } from '../installed.js';
import { type CrashTestOptions, HELP, readArguments } from './arguments.js';
import { Finding, Lane } from './lane.js';
import { Tally } from './tally.js';

const PROGRESS_MS = 10_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await runCommand('crash-test', async (args) => {
  const options = readArguments(args);
  if (options !== undefined) return run(options);
  process.stdout.write(HELP);
  return 0;
});

async function run(options: CrashTestOptions): Promise<number> {
  const { cycles, minutes, seed, lanes, policies, target } = options;
  print(`crash-test: ${cycles} cycles of ${target} with ${policies.join(', ')}, ${lanes} at a time, seed ${seed}`);
  if (!isInstalled('strace')) print('strace is not installed: no kill at a system call that is chosen');
  const tally = new Tally();
  const end = performance.now() + minutes * 60_000;
  let failed = false;
  const goesOn = (): boolean => !failed && tally.cycles < cycles && performance.now() < end;
  // Servers end with this process, however that ends.
  endOnSignals(() => {});
  const progress = setInterval(() => print(`  ${tally.cycles} cycles`), PROGRESS_MS);
  const findings = await Promise.all(Array.from({ length: lanes }, async (_, index) => {
    const finding = await new Lane(options, index, tally, goesOn).run().catch((error: unknown) => error);
    failed ||= finding !== undefined;
    return finding;
  }));
  clearInterval(progress);
  return tell(findings.filter((finding) => finding !== undefined), tally, options);
}

function tell(findings: readonly unknown[], tally: Tally, { seed, cycles, lanes, policies, target }: CrashTestOptions): number {
  for (const finding of findings) print(`  FAILED ${finding instanceof Finding ? finding.message : String((finding as Error).stack)}`);
  if (findings.length === 0) {
    for (const line of tally.lines) print(`  ${line}`);
    print(`passed, seed ${seed}`);
    return 0;
  }
  print(`failed; again with: npm run crash-test -- --seed ${seed} --cycles ${cycles} --lanes ${lanes} --policy ${policies.join(',')} --target ${target}`);
  return 1;
}
