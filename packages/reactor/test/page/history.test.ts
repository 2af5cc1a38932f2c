import fc from 'fast-check';
import t from 'tap';
import { History, HISTORY_SECONDS } from '../../page/model/history.js';
import { pollDelayMs } from '../../page/model/retry.js';

t.test('a column has a value for each time, and null where a sample has none', async (t) => {
  const history = new History();
  history.add(1, { open: 3 });
  history.add(2, { open: 4, received: 9 });
  t.same(history.times, [1, 2]);
  t.same(history.column('open'), [3, 4]);
  t.same(history.column('received'), [null, 9]);
});

t.test('samples that are far apart have an empty one between them, so that no line joins them', async (t) => {
  const history = new History();
  history.add(10, { open: 1 });
  history.add(12, { open: 2 });
  history.add(60, { open: 3 });
  t.same(history.column('open'), [1, 2, null, 3]);
  t.ok(history.times.every((time, index) => index === 0 || time > (history.times[index - 1] as number)));
});

t.test('however the samples come, nothing older than five minutes is kept, and no more than is bounded', async () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0.001, max: 20, noNaN: true }), { minLength: 1, maxLength: 2000 }), (steps) => {
    const history = new History();
    let seconds = 0;
    for (const step of steps) history.add((seconds += step), { open: seconds });
    const [oldest] = history.times;
    return history.times.length <= 2 * HISTORY_SECONDS && oldest !== undefined && oldest >= seconds - HISTORY_SECONDS && history.column('open').at(-1) === seconds;
  }), { numRuns: 30 });
});

t.test('who does not answer is asked less and less, up to every ten seconds', async (t) => {
  t.same([0, 1, 2, 3, 4, 5, 50].map(pollDelayMs), [1000, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});
