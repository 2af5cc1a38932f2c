import type { Asker } from '../asker.js';
import type { Target } from '../target.js';

/** After so many wrong passwords a connection has to wait. */
const GUESSES = 9;

/** Guesses on one connection. Resolves with how many guesses were refused; any other reply is a way in. */
async function guess(asker: Asker, over: AbortSignal, guesses: number): Promise<number> {
  let refused = 0;
  for (let i = 0; i < guesses && !over.aborted && !asker.ended; i++) {
    const reply = await asker.asks('AUTH', `guess ${i}`);
    if (!reply.startsWith('-WRONGPASS')) throw new Error(`a guess was answered with ${reply}`);
    refused++;
  }
  return refused;
}

/** Clients that guess the password: half of them wait out their penalty, the others hang up and call again. */
export async function guessers({ count, over, dialUnknown, underWay }: Target) {
  let refused = 0;
  const lane = async (isPatient: boolean): Promise<void> => {
    while (!over.aborted) {
      const asker = await dialUnknown();
      refused += await guess(asker, over, GUESSES);
      // From here on the first of them has to wait.
      underWay();
      if (isPatient) refused += await guess(asker, over, Number.POSITIVE_INFINITY);
      asker.reset();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, i) => lane(i % 2 === 0)));
  return { refused };
}
