import fc from 'fast-check';
import t from 'tap';
import { ReadyQueue } from '../../src/structures/ready-queue.js';

t.test('slots are served in the order in which they became ready', async (t) => {
  const queue = new ReadyQueue();
  for (const slot of [5, 0, 1000]) queue.push(slot);
  t.same([queue.shift(), queue.shift(), queue.shift(), queue.shift()], [5, 0, 1000, -1]);
});

t.test('a slot that is pushed again keeps its place', async (t) => {
  const queue = new ReadyQueue();
  for (const slot of [1, 2, 1]) queue.push(slot);
  t.equal(queue.size, 2);
  t.equal(queue.shift(), 1);
});

type Step = ['push' | 'remove' | 'has', number] | ['shift'];

t.test('property: it behaves as a list without repetitions', async () => {
  const slot = fc.nat(200);
  const step = fc.oneof(
    fc.tuple(fc.constantFrom('push' as const, 'push' as const, 'remove' as const, 'has' as const), slot),
    fc.constant(['shift'] as ['shift']),
  );
  fc.assert(
    fc.property(fc.array<Step>(step, { maxLength: 500 }), (steps) => {
      const queue = new ReadyQueue();
      const model: number[] = [];
      for (const [action, slot = 0] of steps) {
        const at = model.indexOf(slot);
        if (action === 'push') {
          queue.push(slot);
          if (at < 0) model.push(slot);
        } else if (action === 'remove') {
          queue.remove(slot);
          if (at >= 0) model.splice(at, 1);
        } else if (action === 'has') {
          if (queue.has(slot) !== at >= 0) return false;
        } else if (queue.shift() !== (model.shift() ?? -1)) {
          return false;
        }
        if (queue.size !== model.length) return false;
      }
      const rest: number[] = [];
      for (let next = queue.shift(); next >= 0; next = queue.shift()) rest.push(next);
      return rest.join() === model.join();
    }),
  );
});
