import { type Argument, request } from '../resp.js';
import type { Target } from '../target.js';

const BATCH = 200;
const VALUE = 'v'.repeat(500);

/** A deadline that no trial sees. */
const LATER = ['EX', '1000'] as const;

/** Writes key after key, with a deadline each of the form `volatile`, in batches, whether there is memory or not. */
export async function fillers({ count, form, over, dial, underWay }: Target) {
  const filler = await dial();
  let stored = 0;
  let refused = 0;
  const ending: readonly Argument[] = form === 'volatile' ? LATER : [];
  for (let number = 0; !over.aborted; ) {
    const batch = Array.from({ length: BATCH }, () => request('SET', `filler:${number++}`, VALUE, ...ending));
    const replies = await filler.pipelines(Buffer.concat(batch), BATCH);
    stored += replies.filter((reply) => reply === '+OK\r\n').length;
    refused += replies.filter((reply) => reply.startsWith('-OOM ')).length;
    // As much as is allowed is there, and what follows is beyond it.
    if (number - BATCH < count && number >= count) underWay();
  }
  filler.reset();
  return { stored, refused };
}
