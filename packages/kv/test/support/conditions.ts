/** What only the server knows, and a test has to wait for before it goes on. */
import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is yes. The time limit of the test ends it otherwise. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(2);
}

/** Resolves once so many clients wait in a blocking command, by what INFO says. */
export function untilBlocked(info: () => Promise<string>, count = 1): Promise<void> {
  return until(async () => (await info()).includes(`\r\nblocked_clients:${count}\r\n`));
}
