import t from 'tap';
import { Tally } from '../../src/structures/tally.js';

t.test('names are counted apart, and those that are not known together', async (t) => {
  const tally = new Tally(['EPIPE', 'other'], new Float64Array(2));
  for (const name of ['EPIPE', 'EPIPE', 'what', 'a', 'peer', 'may', 'make']) tally.count(name);
  t.same(tally.entries(), [
    ['EPIPE', 2],
    ['other', 5],
  ]);
});
