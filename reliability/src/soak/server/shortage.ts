import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Takes all descriptors that the process may have, for some time; returns how many there were. */
export async function shortageOfDescriptors(ms: number): Promise<number> {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
  await setTimeout(ms);
  for (const descriptor of taken) closeSync(descriptor);
  return taken.length;
}
