/**
 * Puts bugs into copies of the compiled reactor, one at a time, and says which run of the simulation is the first to find each:
 *
 *   node reliability/dist/src/simulate/mutations/main.js [WORDS]
 *
 * plays those whose description has these words, or all. Exits with 1 if one is not found.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MUTATIONS } from './mutation-list.js';
import { Scratch } from './scratch.js';

/** As many as the tests play, in half a minute or so. */
const TURNS = 1_000_000;
const FINDING = /^(\w+), seed (\d+): (.*)/;

const words = process.argv.slice(2).join(' ');
const scratch = new Scratch();
try {
  for (const mutation of MUTATIONS.filter(({ what }) => what.includes(words))) {
    scratch.apply(mutation);
    const found = await firstFinding(scratch.command);
    scratch.undo(mutation);
    if (found === undefined) process.exitCode = 1;
    process.stdout.write(`${mutation.what}: ${found ?? 'NOT FOUND'}\n`);
  }
} finally {
  scratch.remove();
}

/** In one process, so that the seeds come in their order. */
async function firstFinding(command: string): Promise<string | undefined> {
  const child = spawn(process.execPath, [command, '--turns', `${TURNS}`, '--jobs', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, workload, seed, what] = FINDING.exec(line) ?? [];
    if (workload === undefined) continue;
    child.kill();
    return `${workload}, seed ${seed}: ${what}`;
  }
  return undefined;
}
