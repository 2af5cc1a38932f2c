/**
 * Who is lost, of many connections, when a worker dies, when one makes room for another, and when the group ends.
 * EDGELOOP_CROWD: how many connections instead of ten thousand.
 */
import t from 'tap';
import { Crowd } from '../support/crowd.js';
import { OBEDIENT, STRATEGIES, complete, counted, openGroup, sum } from '../support/group-setting.js';
import { until } from '../support/setting.js';

const COUNT = Number(process.env['EDGELOOP_CROWD'] ?? 10_000);
const AT_ONCE = 200;

const crowd = new Crowd(t);

for (const accept of STRATEGIES) {
  t.test(accept, async (t) => {
    const { group, port } = await openGroup(t, { accept, plugin: { module: OBEDIENT, options: { patient: true } } });

    await t.test('a worker dies: those whom it had are reset, and all others are answered', async (t) => {
      const outcome = await crowd.visit({ port, count: COUNT, atOnce: AT_ONCE, order: { at: COUNT / 2, text: 'die' } });
      const orphaned = sum(counted(group, 'orphaned'));
      t.same(outcome, { answered: COUNT - orphaned, reset: orphaned, dismissed: 0, refused: 0, wrong: [] });
      t.ok(orphaned > 0 && orphaned <= AT_ONCE);
      t.equal(sum(counted(group, 'accepted')), COUNT);
      await complete(group);
      t.equal(sum(group.workers.map(({ restarts }) => restarts)), 1);
      t.equal(group.connectionCount, 0);
    });

    await t.test('each worker is replaced: nobody is refused or reset, and the new threads get their share', async (t) => {
      const before = counted(group, 'accepted');
      const visit = crowd.visit({ port, count: COUNT / 5, atOnce: AT_ONCE });
      await until(() => sum(counted(group, 'accepted')) > sum(before), 'the crowd');
      await group.replace(0, { deadlineMs: 20_000 });
      await group.replace(1, { deadlineMs: 20_000 });
      const { answered, dismissed, ...lost } = await visit;
      t.same({ served: answered + dismissed, ...lost }, { served: COUNT / 5, reset: 0, refused: 0, wrong: [] });
      t.equal(sum(counted(group, 'accepted')), sum(before) + COUNT / 5);
      await crowd.visit({ port, count: AT_ONCE, atOnce: AT_ONCE });
      t.ok(counted(group, 'accepted').every((accepted, worker) => accepted > (before[worker] as number)));
    });

    await t.test('the group closes: who was accepted before is answered', async (t) => {
      const before = counted(group, 'accepted');
      const orphaned = counted(group, 'orphaned');
      const visit = crowd.visit({ port, count: COUNT / 5, atOnce: AT_ONCE });
      await until(() => sum(counted(group, 'accepted')) > sum(before), 'the crowd');
      t.match(await group.close({ deadlineMs: 20_000 }), { failed: 0, forced: 0 });
      const { answered, dismissed, wrong } = await visit;
      t.same({ served: answered + dismissed, wrong }, { served: sum(counted(group, 'accepted')) - sum(before), wrong: [] });
      t.same(counted(group, 'orphaned'), orphaned);
    });
  });
}
