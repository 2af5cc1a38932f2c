import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 10;
const PATIENCE_MS = 15_000;

/** Waits until `condition` holds, or as long as nobody would have the patience for. Resolves with whether it holds. */
export async function holds(condition: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
