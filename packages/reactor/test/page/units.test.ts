import fc from 'fast-check';
import t from 'tap';
import { ceiling, decades, decadeTicks, evenTicks, timeLabel, timeTicks } from '../../page/model/axis.js';
import { bytes, bytesPerSecond, count, percent, perSecond, seconds, span } from '../../page/model/units.js';

t.test('amounts are written with three digits and the unit that suits them', async (t) => {
  t.same([0, 1, 999, 1000, 1536, 482_133, 999_600, 12_345_678].map(bytes), ['0 B', '1 B', '999 B', '1 kB', '1.54 kB', '482 kB', '1 MB', '12.3 MB']);
  t.equal(bytesPerSecond(2_000_000), '2 MB/s');
  t.same([0, 4e-7, 54.2e-6, 0.00141, 0.9996, 12.3].map(seconds), ['0 µs', '0.4 µs', '54.2 µs', '1.41 ms', '1 s', '12.3 s']);
  t.same([0, 0.25, 9.96, 12, 12_345].map(perSecond), ['0/s', '0.3/s', '10/s', '12/s', '12.3k/s']);
  t.same([0, 0.004, 0.0999, 0.256, 1].map(percent), ['0 %', '0.4 %', '10 %', '26 %', '100 %']);
  t.equal(count(12_345), '12,345');
});

t.test('how long something lasted is written in its two largest units', async (t) => {
  t.same([0, 59.9, 61, 3599, 11_520, 100_000].map(span), ['0 s', '59 s', '1 min 1 s', '59 min 59 s', '3 h 12 min', '1 d 3 h']);
});

t.test('what is not known is a dash in every unit', async (t) => {
  for (const format of [bytes, bytesPerSecond, seconds, perSecond, percent, count, span]) t.same([format(null), format(undefined)], ['–', '–']);
});

t.test('an axis ends at 1, 2 or 5 times a power of ten, the smallest that holds the value', async (t) => {
  t.same([0, 0.03, 1, 1.1, 2.3, 6, 437, 5_400_000].map(ceiling), [1, 0.05, 1, 2, 5, 10, 500, 10_000_000]);
  fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (value) => {
    const top = ceiling(value);
    return top >= value * (1 - 1e-8) && top < value * 2.51 && evenTicks(top).at(-1) === top && evenTicks(top)[0] === 0;
  }));
});

t.test('its labels are even steps', async (t) => {
  t.same(evenTicks(2), [0, 0.5, 1, 1.5, 2]);
  t.same(evenTicks(500), [0, 100, 200, 300, 400, 500]);
});

t.test('a logarithmic axis runs from one power of ten to another, a decade at least', async (t) => {
  t.same(decades(54e-6, 0.0071).map((value) => value.toExponential(0)), ['1e-5', '1e-2']);
  t.same(decades(1e-3, 1e-3), [1e-3, 1e-2]);
  t.same(decadeTicks(1e-5, 1e-2).map((value) => value.toExponential(0)), ['1e-5', '1e-4', '1e-3', '1e-2']);
});

t.test('an axis of time counts back from now', async (t) => {
  t.same(timeTicks(60).map((offset) => timeLabel(offset, 60)), ['-60 s', '-40 s', '-20 s', 'now']);
  t.same(timeTicks(300).map((offset) => timeLabel(offset, 300)), ['-5 min', '-4 min', '-3 min', '-2 min', '-1 min', 'now']);
});
