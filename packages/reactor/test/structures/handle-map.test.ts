import fc from 'fast-check';
import t from 'tap';
import { InvariantError } from '../../src/invariant.js';
import { HandleMap } from '../../src/structures/handle-map.js';

t.test('a handle finds what it was given for', async (t) => {
  const map = new HandleMap<string>();
  const slot = map.insert('a');
  t.equal(map.get(slot, map.generationOf(slot)), 'a');
  t.equal(map.at(slot), 'a');
  t.equal(map.size, 1);
});

t.test('a handle to a freed slot is stale, and stays so when the slot is used again', async (t) => {
  const map = new HandleMap<string>();
  const slot = map.insert('old');
  const generation = map.generationOf(slot);
  map.remove(slot);
  t.equal(map.get(slot, generation), undefined);
  t.equal(map.insert('new'), slot, 'the slot is used again at once');
  t.equal(map.get(slot, generation), undefined);
  t.equal(map.get(slot, map.generationOf(slot)), 'new');
});

t.test('freeing a free slot is a bug and says so', async (t) => {
  const map = new HandleMap<string>();
  t.throws(() => map.remove(0), InvariantError);
  t.throws(() => map.at(0), InvariantError);
});

t.test('a full map answers -1 and goes on when a slot is freed', async (t) => {
  const map = new HandleMap<number>(100);
  for (let i = 0; i < 100; i++) t.equal(map.insert(i), i);
  t.equal(map.insert(100), -1);
  t.equal(map.size, 100);
  map.remove(40);
  t.equal(map.insert(101), 40);
});

t.test('property: only the handles of present values resolve, whatever the order of insertions and removals', async () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('insert' as const), fc.nat(300)), { maxLength: 600 }), (steps) => {
      const map = new HandleMap<number>();
      const present = new Map<number, { slot: number; generation: number }>();
      const stale: { slot: number; generation: number }[] = [];
      let serial = 0;
      for (const step of steps) {
        if (step === 'insert') {
          const slot = map.insert(serial);
          present.set(serial++, { slot, generation: map.generationOf(slot) });
        } else {
          const [value, handle] = [...present][step % Math.max(1, present.size)] ?? [];
          if (value === undefined || handle === undefined) continue;
          map.remove(handle.slot);
          present.delete(value);
          stale.push(handle);
        }
      }
      const right = [...present].every(([value, { slot, generation }]) => map.get(slot, generation) === value);
      const dropped = stale.every(({ slot, generation }) => map.get(slot, generation) === undefined);
      const listed = [...map.values()].sort((a, b) => a - b).join() === [...present.keys()].sort((a, b) => a - b).join();
      return right && dropped && listed && map.size === present.size;
    }),
  );
});
