import t from 'tap';
import { sampleBetween } from '../../page/model/sample.js';
import { countsRows, pluginRows, workerRows } from '../../page/model/since-start.js';
import type { Stats } from '../../page/model/stats.js';
import { statsAfter } from './support/numbers.js';

const state = (changes: Partial<Stats>): Stats => ({ ...statsAfter(10, 1), ...changes });

t.test('a rate is what a counter grew by, over the time that passed on the server', async (t) => {
  const before = state({ atSeconds: 100, counters: { bytesRead: 1000, accepted: 5 } });
  const now = state({ atSeconds: 104, counters: { bytesRead: 9000, accepted: 5 } });
  t.equal(sampleBetween(before, now).received, 2000);
  t.equal(sampleBetween(before, now).accepted, 0);
});

t.test('a line that stands for several counters is their sum, and a counter that is not sent counts as 0', async (t) => {
  const before = state({ atSeconds: 100, counters: {} });
  const now = state({ atSeconds: 101, counters: { shed: 1, refusedByTotal: 2, refusedByRate: 4, idleTimeouts: 8 } });
  const { refused, timeouts, slow } = sampleBetween(before, now);
  t.same({ refused, timeouts, slow }, { refused: 7, timeouts: 8, slow: 0 });
});

t.test('stages are shares of the time that passed', async (t) => {
  const before = state({ atSeconds: 100, stagesSeconds: { handler: 1, wait: 50 } });
  const now = state({ atSeconds: 102, stagesSeconds: { handler: 1.5, wait: 51 } });
  const { handler, wait } = sampleBetween(before, now);
  t.same({ handler, wait }, { handler: 0.25, wait: 0.5 });
});

t.test('the first state gives gauges and no rates', async (t) => {
  const now = state({ gauges: { connectionsOpen: 3, connectionsDraining: 1, connectionsClosing: 2 } });
  t.same(sampleBetween(undefined, now), { open: 3, congested: 0, ending: 3 });
});

t.test('a server that was restarted has no rates until its second state', async (t) => {
  const before = state({ pid: 1, atSeconds: 100, counters: { bytesRead: 1000 } });
  t.notOk('received' in sampleBetween(before, state({ pid: 2, atSeconds: 101, counters: { bytesRead: 5000 } })), 'another process');
  t.notOk('received' in sampleBetween(before, state({ pid: 1, atSeconds: 3, counters: { bytesRead: 5000 } })), 'another machine, whose clock began later');
  t.notOk('received' in sampleBetween({ ...before, uptimeSeconds: 50 }, state({ pid: 1, atSeconds: 101, uptimeSeconds: 1 })), 'a container in which everybody has this pid');
});

t.test('a counter that has fallen has no rate, and the others keep theirs', async (t) => {
  const before = state({ atSeconds: 100, counters: { bytesRead: 1000, bytesWritten: 10 } });
  const { received, sent } = sampleBetween(before, state({ atSeconds: 101, counters: { bytesRead: 3, bytesWritten: 30 } }));
  t.same({ received, sent }, { received: null, sent: 20 });
});

t.test('counts are listed from the most to the least, those of 0 not at all', async (t) => {
  t.same(countsRows({ A: 1 }, { B: 3, A: 5, C: 0, AA: 3 }, 2), [
    { name: 'A', cells: ['2/s', '5'] },
    { name: 'AA', cells: ['1.5/s', '3'] },
    { name: 'B', cells: ['1.5/s', '3'] },
  ]);
  t.same(countsRows({}, { A: 5 }, 0), [{ name: 'A', cells: ['–', '5'] }], 'one state alone has totals and no rates');
});

t.test('plugins are listed with the share of the time in their handlers', async (t) => {
  const before = state({ atSeconds: 100, plugins: { echo: { handlerSeconds: 1, stalls: 0 } } });
  const now = state({ atSeconds: 110, plugins: { echo: { handlerSeconds: 2, stalls: 4 } } });
  t.same(pluginRows(before, now), [{ name: 'echo', cells: ['10 %', '4'] }]);
});

t.test('a worker uses the share of a core by which its CPU time grew, unless another thread has taken its place', async (t) => {
  const worker = { worker: 0, phase: 'serving', lagging: false, connections: 1200, crashes: 1, cpuSeconds: 10, thread: 7 };
  const before = state({ atSeconds: 100, workers: [worker] });
  const after = (changes: object) => workerRows(before, state({ atSeconds: 102, workers: [{ ...worker, ...changes }] }));
  t.same(after({ cpuSeconds: 11 }), [{ name: '0', cells: ['serving', '1,200', '50 %', '1'] }]);
  t.same(after({ cpuSeconds: 11, thread: 8, lagging: true }), [{ name: '0', cells: ['serving, lags', '1,200', '–', '1'] }]);
  t.same(workerRows(undefined, state({})), [], 'an older server, or one without workers, has none');
});
