import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '../resp.js';
import type { Target } from '../target.js';

const BATCH = 2000;
/** How long it may take to make a key, so that none expires before the last one is there. */
const MAKING_MS = 0.006;
const BEFORE_MS = 500;
const SPREAD_MS = 1000;

/** Keys that all expire within one second. The attack is under way when it begins. */
export async function shortLives({ count, over, dial, underWay }: Target) {
  const asker = await dial();
  const begin = Date.now() + Math.ceil(count * MAKING_MS) + BEFORE_MS;
  for (let from = 0; from < count; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
    await asker.pipelines([Buffer.concat(numbers.map((number) => request('SET', `short:${number}`, 'v', 'PXAT', begin + (number % SPREAD_MS))))], numbers.length);
  }
  const spareMs = begin - Date.now();
  await sleep(Math.max(0, spareMs));
  underWay();
  while (!over.aborted) await sleep(10);
  asker.reset();
  return { keys: count, late: spareMs < 0 ? 1 : 0 };
}
