/** How often a command is drawn. It depends on the seed and the generator alone, so it can be told without a server. */
import { SEQUENCE_STEPS } from './campaign.js';
import { FAMILIES } from './families/index.js';
import { sequence } from './generator.js';
import { REDIS_COMMANDS } from './redis-commands.js';
import { commandOf } from './sequence.js';

/** What continuous integration runs; the page counts the same. */
export const TESTED = { seed: 1, commands: 200_000 };

/** What `npm test` runs of it: the first sequences, in the time that there is. */
export const BRIEFLY_TESTED = { ...TESTED, commands: 20_000 };

/** Each command of Redis with the number of times that the test gives it to both servers. */
export function coverage(): Map<string, number> {
  const counts = new Map(REDIS_COMMANDS.map((command) => [command, 0]));
  let steps = 0;
  for (let { seed } = TESTED; steps < TESTED.commands; seed++) {
    const drawn = sequence(seed, SEQUENCE_STEPS, FAMILIES).flat().filter(({ mode }) => mode !== 'collect');
    steps += drawn.length;
    for (const step of drawn) {
      const count = counts.get(commandOf(step));
      if (count !== undefined) counts.set(commandOf(step), count + 1);
    }
  }
  return counts;
}
