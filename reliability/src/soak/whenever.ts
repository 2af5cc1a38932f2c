import { setTimeout } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;
const PATIENCE_MS = 10_000;

/** Resolves when the condition holds: with true; with false if it does not come about in ten seconds, which nothing here should take. */
export async function whenever(condition: () => boolean): Promise<boolean> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await setTimeout(LOOK_EVERY_MS)) {
    if (condition()) return true;
  }
  return condition();
}
