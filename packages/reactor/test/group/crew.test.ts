/** Threads that follow one another, where two wishes meet. */
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { openGroup } from '../support/group-setting.js';

t.test('who replaces a worker that is just being replaced is refused, and the first one hears of the end', async (t) => {
  const { group } = await openGroup(t, { workers: 1 });
  const up = () => group.workers[0]?.restarts === 1 && group.workers[0].phase === 'serving';
  const first = group.replace(0, { deadlineMs: 1000 });
  await t.rejects(group.replace(0), { code: 'EL_WORKER_FAILED', message: /worker 0 is draining/ });
  // Its thread has said that it is there, and is told what to serve.
  while (!up()) await setImmediate();
  await t.rejects(group.replace(0), { code: 'EL_WORKER_FAILED', message: /worker 0 is starting/ });
  await first;
  await group.replace(0, { deadlineMs: 1000 });
  t.equal(group.workers[0]?.restarts, 2);
  await group.close();
});
