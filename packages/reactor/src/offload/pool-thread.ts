/** What each thread of the pool runs. Loads little, and nothing native: a thread may be ended at any time, and should start soon. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { Outcome } from './outcome.js';
import { type TaskRequest, runRequest } from './request.js';

const { eventfd } = workerData as { eventfd: number };
/** What an eventfd takes: a number of 64 bits to be added (eventfd(2)). */
const ONE = new BigUint64Array([1n]);

/** The wake-up is written when the answer has been posted, which piscina does as soon as this is done: who is woken finds it. */
export default async function runInPool(request: TaskRequest): Promise<Outcome> {
  const outcome = await runRequest(request);
  setImmediate(() => writeSync(eventfd, ONE));
  return outcome;
}
