/** The arithmetic of the workers benchmark, on numbers of which the outcome is known. What it measures is no matter of a test. */
import t from 'tap';
import type { ScenarioReport } from '../src/benchmark.js';
import { parseOptions, repeatCommand } from '../src/options.js';
import { quantile } from '../src/quantile.js';
import { formatMarkdown } from '../src/report.js';
import { arrivalFigures } from '../src/workers/arrival-figures.js';
import type { Counts, LoopCounts } from '../src/workers/counts.js';
import { loneLoopOf, loneWorkerOf } from '../src/workers/servers.js';
import { workersSummary } from '../src/workers/summary.js';
import { workers } from '../src/workers/workers.js';

const BOUNDS = [10e-6, 20e-6, 40e-6];

function loop(accepted: number, listenerEvents: number, handedOver = [0, 0, 0, 0]): LoopCounts {
  const handoffSeconds = { bounds: BOUNDS, counts: handedOver, sum: 0 };
  return { counters: { accepted, listenerEvents }, histograms: { handoffSeconds } } as unknown as LoopCounts;
}

t.test('a quantile lies in its bucket as far as its rank does', (t) => {
  t.equal(quantile([1, 2, 4], [2, 2, 0, 0], 0.5), 1);
  t.equal(quantile([1, 2, 4], [0, 4, 4, 0], 0.25), 1.5);
  t.equal(quantile([1, 2, 4], [0, 4, 4, 0], 1), 4);
  t.equal(quantile([1, 2, 4], [1, 0, 0, 9], 0.99), 4, 'above all bounds nothing more is known');
  t.throws(() => quantile([1, 2, 4], [0, 0, 0, 0], 0.5), /empty/);
  t.end();
});

t.test('only what has come between two looks is divided', (t) => {
  const before: Counts = { acceptors: [loop(0, 50)], servers: [loop(100, 70), loop(300, 80)] };
  const after: Counts = { acceptors: [loop(0, 150)], servers: [loop(130, 100), loop(370, 150)] };
  t.match(arrivalFigures(before, after, 250), {
    taken: [30, 70], least: 30, most: 70, skew: 1.4, acceptEvents: 2, wakeUps: 2.5, handoffP50Us: undefined, handoffP99Us: undefined,
  });
  t.throws(() => arrivalFigures(before, before, 0), /nobody has come/);
  t.end();
});

t.test('the ways of all loops count as one histogram, without those of before', (t) => {
  const before: Counts = { acceptors: [], servers: [loop(0, 0, [9, 0, 0, 0]), loop(0, 0, [0, 0, 0, 9])] };
  const after: Counts = { acceptors: [], servers: [loop(4, 1, [9, 4, 0, 0]), loop(4, 1, [0, 0, 4, 9])] };
  const { handoffP50Us, handoffP99Us } = arrivalFigures(before, after, 2);
  t.equal(Math.round(handoffP50Us!), 20);
  t.equal(Math.round(handoffP99Us! * 10), 396);
  t.end();
});

t.test('each server is compared with the same without workers, and with one of them', (t) => {
  const names = workers.peers.map(({ name }) => name);
  for (const name of names) {
    t.ok(names.includes(loneLoopOf(name)), name);
    t.equal(loneLoopOf(name).endsWith('embedded'), name.endsWith('embedded'), name);
  }
  t.equal(loneWorkerOf('reuseport-2-embedded'), 'reuseport-1-embedded');
  t.equal(loneWorkerOf('one-loop'), 'one-loop');
  t.equal(loneWorkerOf('c-epoll-2'), 'c-epoll-1');
  t.equal(new Set(names).size, names.length);
  t.end();
});

t.test('the summary has the medians of the ratios within the rounds, and a dash for what was not measured', (t) => {
  const costs = (...values: number[]): object[] => values.map((cpuUs) => ({ cpuUs }));
  const samples = { 'one-loop': costs(2, 4, 5), 'reuseport-1': costs(2, 5, 8), 'reuseport-2': costs(3, 4, 10) };
  const report = { name: 'ping-500', samples } as unknown as ScenarioReport;
  t.same(workersSummary([report]), [
    '',
    '| server | 500 connections: ÷ 1 worker | ÷ one loop |',
    '| --- | ---: | ---: |',
    '| one loop, no workers | – | – |',
    '| reuseport, 1 worker | – | 1.250 |',
    '| reuseport, 2 workers | 1.250 | 1.500 |',
  ]);
  t.same(workersSummary([]), []);
  t.end();
});

t.test('a table in Markdown has as many cells in each line', (t) => {
  t.same(formatMarkdown([['a', 'b'], ['c', '1']]), ['| a | b |', '| --- | ---: |', '| c | 1 |']);
  t.end();
});

t.test('a benchmark has its own length of a measurement, unless it is told another one', (t) => {
  t.equal(parseOptions(workers, [])!.seconds, 0.5);
  t.equal(parseOptions(workers, ['--seconds', '2'])!.seconds, 2);
  t.equal(parseOptions({ ...workers, seconds: undefined } as unknown as typeof workers, [])!.seconds, 2);
  t.match(repeatCommand(workers, parseOptions(workers, [])!), /^npm run bench -- workers --rounds 5 --seconds 0\.5 --peers one-loop,/);
  t.end();
});
