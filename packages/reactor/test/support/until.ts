import { setTimeout } from 'node:timers/promises';

const DEADLINE_MS = 15_000;

/** Waits until the condition holds. The deadline is only there to end a test that has failed. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`still not so after ${DEADLINE_MS} ms: ${String(condition)}`);
    await setTimeout(1);
  }
}

/** Lets the host make at least `count` rounds of Node's loop, and so as many turns: for what must not happen. */
export async function rounds(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setTimeout(1);
}
