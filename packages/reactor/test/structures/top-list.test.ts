import fc from 'fast-check';
import t from 'tap';
import { TopList } from '../../src/structures/top-list.js';

t.test('a top list holds what sorting everything would put first, equals in the order they came', async (t) => {
  const key = fc.oneof(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 50 }), fc.array(fc.string({ maxLength: 2 }), { maxLength: 50 }));
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 12 }), fc.constantFrom('asc', 'desc'), (keys: (number | string)[], limit, order) => {
      const list = new TopList<number>(limit, order);
      for (const [index, value] of keys.entries()) list.offer(value, index);
      const sign = order === 'asc' ? 1 : -1;
      const all = keys.map((value, index) => ({ value, index }));
      all.sort((a, b) => (a.value === b.value ? a.index - b.index : a.value < b.value ? -sign : sign));
      t.same(list.values, all.slice(0, limit).map(({ index }) => index));
    }),
  );
});
