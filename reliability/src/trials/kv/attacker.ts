/**
 * Attacks a store until it is told to end; then prints what it has seen: `attacker.js '{"host":…,"port":…,"name":…,"count":…}'`. A program
 * of its own, so that it can be given what the bystanders leave of their core.
 */
import { Asker } from './asker.js';
import { ATTACKS, type AttackName } from './attacks/index.js';
import type { Setting } from './target.js';

interface Task extends Setting {
  readonly host: string;
  readonly port: number;
  readonly name: AttackName;
}

/** However it goes, it ends. */
const MAX_MS = 120_000;

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] as string) as Task;
  const over = new AbortController();
  process.once('SIGTERM', () => over.abort());
  setTimeout(() => process.exit(1), MAX_MS).unref();
  let isUnderWay = false;
  const report = await ATTACKS[task.name]({
    ...task,
    over: over.signal,
    dial: () => Asker.dial(task, task.password),
    dialUnknown: () => Asker.dial(task),
    underWay() {
      if (!isUnderWay) process.stdout.write('under way\n');
      isUnderWay = true;
    },
  });
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit());
}

await main();
