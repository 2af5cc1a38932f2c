import t from 'tap';
import fc from 'fast-check';
import { Histogram } from '../../src/structures/histogram.js';
import { InvariantError } from '../../src/invariant.js';

const shape = { lowest: 4e-6, buckets: 20 };
const open = () => new Histogram(shape, new Float64Array(Histogram.cells(shape)));

t.test('a value is counted in the first bucket whose bound is not below it', async (t) => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 10, noNaN: true }), (value) => {
      const histogram = open();
      histogram.observe(value);
      const { bounds, counts, sum } = histogram.read();
      const expected = bounds.findIndex((bound) => value <= bound);
      const bucket = counts.indexOf(1);
      if (bucket !== (expected < 0 ? bounds.length : expected)) throw new Error(`${value} is in bucket ${bucket}, not ${expected}`);
      if (sum !== value) throw new Error(`the sum is ${sum}`);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

t.test('the bounds themselves belong to the bucket that they end', async (t) => {
  for (const lowest of [1, 4e-6, 0.25e-3]) {
    const histogram = new Histogram({ lowest, buckets: 16 }, new Float64Array(18));
    const { bounds } = histogram.read();
    for (const bound of bounds) histogram.observe(bound);
    t.same(histogram.read().counts, [...bounds.map(() => 1), 0]);
  }
});

t.test('what is above all bounds is counted at the end, however large', async (t) => {
  const histogram = open();
  for (const value of [3, 1e6, Number.MAX_VALUE]) histogram.observe(value);
  t.equal(histogram.read().counts.at(-1), 3);
});

t.test('how many values there were, and their sum, are known without a copy', async (t) => {
  const histogram = open();
  t.same([histogram.count, histogram.sum], [0, 0]);
  for (const value of [0, 1, 2, 1e6]) histogram.observe(value);
  t.same([histogram.count, histogram.sum], [4, 1_000_003]);
});

t.test('more buckets than the search can tell apart are refused', async (t) => {
  t.throws(() => new Histogram({ lowest: 1, buckets: 33 }, new Float64Array(35)), InvariantError);
});
