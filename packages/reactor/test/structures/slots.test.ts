import t from 'tap';
import { inspect } from 'node:util';
import { slotsOf } from '../../src/structures/slots.js';

const open = slotsOf(['apples', 'pears']);

t.test('a number is kept in its cell, and seen by whoever has the same memory', async (t) => {
  const memory = new SharedArrayBuffer(16);
  const [mine, theirs] = [open(new Float64Array(memory)), open(new Float64Array(memory))];
  mine.apples++;
  mine.pears += 2 ** 40;
  t.equal(theirs.apples, 1);
  t.equal(theirs.pears, 2 ** 40);
});

t.test('slots look like fields: to JSON, to inspect, and when they are spread', async (t) => {
  const slots = open(new Float64Array([3, 4]));
  t.equal(JSON.stringify(slots), '{"apples":3,"pears":4}');
  t.same({ ...slots }, { apples: 3, pears: 4 });
  t.match(inspect(slots), /apples/);
});
