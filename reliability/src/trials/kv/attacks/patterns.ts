import type { Asker } from '../asker.js';
import { type Argument, request } from '../resp.js';
import type { Target } from '../target.js';

/** What makes a matcher that tries all stars grow exponentially, and one that tries the last one only go far back each time. */
const STARS = `${'*a'.repeat(40)}*b`;
const LONG = `*${'a'.repeat(5000)}b`;
const NAME = 'a'.repeat(10_000);
const BATCH = 1000;

/** One request of each command that takes a pattern. */
const REQUESTS: readonly (readonly Argument[])[] = [
  ['KEYS', STARS], ['KEYS', LONG],
  ['SCAN', 0, 'MATCH', STARS, 'COUNT', 1000], ['HSCAN', 'hash', 0, 'MATCH', LONG, 'COUNT', 100],
  ['PUBLISH', NAME, 'message'], ['PUBSUB', 'CHANNELS', LONG],
  ['CONFIG', 'GET', STARS, LONG], ['ACL', 'DRYRUN', 'bounded', 'GET', NAME], ['CLIENT', 'LIST'],
];

/** Keys, fields and channels whose names nearly match. */
async function prepare(asker: Asker, count: number): Promise<void> {
  const name = (i: number): string => `${'a'.repeat(50)}${i}`;
  for (let from = 0; from < count; from += BATCH) {
    await asker.pipelines(Buffer.concat(Array.from({ length: BATCH }, (_, i) => request('SET', name(from + i), 'v'))), BATCH);
  }
  await asker.asks('HSET', 'hash', NAME, 'v', ...Array.from({ length: 200 }, (_, i) => [name(i), 'v']).flat());
  await asker.asks('ACL', 'SETUSER', 'bounded', 'on', 'nopass', '+@all', `~${STARS}`, `~${LONG}`, `&${LONG}`);
}

/** Asks for patterns that take long, one after the other, while others subscribe to such. */
export async function patterns({ count, over, dial, underWay }: Target) {
  const asker = await dial();
  const subscriber = await dial();
  const channel = await dial();
  await prepare(asker, count);
  await subscriber.asks('PSUBSCRIBE', LONG);
  await subscriber.asks('PSUBSCRIBE', STARS);
  await channel.asks('SUBSCRIBE', NAME);
  underWay();
  let asked = 0;
  for (; !over.aborted; asked++) await asker.asks(...(REQUESTS[asked % REQUESTS.length] as readonly Argument[]));
  const { ended } = asker;
  [asker, subscriber, channel].forEach((one) => one.reset());
  return { asked, ended: Number(ended) };
}
