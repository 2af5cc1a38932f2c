import fc from 'fast-check';
import t from 'tap';
import { percentileBetween } from '../../page/model/percentile.js';

const histogram = (...counts: number[]) => ({ bounds: [1, 2, 4], counts, sum: 0 });

t.test('a percentile is of what came since, not of all that ever was', async (t) => {
  t.equal(percentileBetween(histogram(1000, 0, 0, 0), histogram(1000, 0, 10, 0), 0.5), 3);
});

t.test('within a bucket it is interpolated, the first one beginning at 0', async (t) => {
  t.equal(percentileBetween(undefined, histogram(4, 0, 0, 0), 0.25), 0.25);
  t.equal(percentileBetween(undefined, histogram(2, 2, 0, 0), 0.75), 1.5);
  t.equal(percentileBetween(undefined, histogram(2, 0, 2, 0), 0.5), 1, 'the end of a bucket, not the beginning of an empty one');
});

t.test('above all bounds it is the highest bound', async (t) => {
  t.equal(percentileBetween(undefined, histogram(1, 0, 0, 9), 0.99), 4);
});

t.test('there is none where nothing came, nothing is known, or the histogram was begun anew', async (t) => {
  t.equal(percentileBetween(histogram(1, 2, 3, 4), histogram(1, 2, 3, 4), 0.5), null);
  t.equal(percentileBetween(undefined, undefined, 0.5), null);
  t.equal(percentileBetween(histogram(9, 0, 0, 0), histogram(1, 100, 0, 0), 0.5), null);
});

t.test('it lies in the bucket of the value that a sorted list has at this rank', async () => {
  const values = fc.array(fc.double({ min: 0.01, max: 3.99, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
    const bucketOf = (value: number) => [1, 2, 4].findIndex((bound) => value <= bound);
    const counts = [0, 0, 0, 0];
    for (const value of values) counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1;
    const exact = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] as number;
    return bucketOf(percentileBetween(undefined, histogram(...counts), share) as number) === bucketOf(exact);
  }));
});
