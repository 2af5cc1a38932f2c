import { setTimeout as sleep } from 'node:timers/promises';
import type { Asker } from '../asker.js';
import type { Target } from '../target.js';

const BATCH = 2000;
/** A part that is made first, to see how long the whole will take, and how much longer than that it may. */
const SAMPLE = 20;
const MARGIN = 1.5;
const BEFORE_MS = 500;
const SPREAD_MS = 1000;

/** In the server itself, so that it is not up to an attacker that has few of the processor how many keys there are when the second begins. */
const SCRIPT = `for i = ARGV[1], ARGV[2] do redis.call('SET', 'short:' .. i, 'v', 'PXAT', ARGV[3] + i % ${SPREAD_MS}) end`;

/** Makes keys that expire from a moment on, within a second. */
async function make(asker: Asker, count: number, beginMs: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) await asker.asks('EVAL', SCRIPT, 0, from, Math.min(count, from + BATCH) - 1, beginMs);
}

/** Keys that all expire within one second. The attack is under way when it begins. */
export async function shortLives({ count, over, dial, underWay }: Target) {
  const asker = await dial();
  const from = Date.now();
  await make(asker, count / SAMPLE, from + FAR_MS);
  const beginMs = Date.now() + (Date.now() - from) * SAMPLE * MARGIN + BEFORE_MS;
  await make(asker, count, Math.ceil(beginMs));
  await sleep(Math.max(0, beginMs - Date.now()));
  underWay();
  while (!over.aborted) await sleep(10);
  asker.reset();
  return { keys: count };
}

const FAR_MS = 10 ** 9;
