import fc from 'fast-check';
import t from 'tap';
import { DescriptorLedger } from '../../src/structures/descriptor-ledger.js';

const SIZE = 16;
const fd = fc.nat(SIZE - 1);
const owner = fc.nat(2);
const steps = fc.array(fc.oneof(fc.record({ note: fd, owner }), fc.record({ forget: fd }), fc.record({ takeAll: owner })), { maxLength: 100 });

t.test('it knows each descriptor\'s last owner, until he forgets it or all of his are taken, in every thread alike', async () => {
  fc.assert(fc.property(steps, (todo) => {
    const ledger = DescriptorLedger.sized(SIZE);
    const elsewhere = new DescriptorLedger(ledger.memory);
    const owners = new Map<number, number>();
    return todo.every((step) => {
      if ('note' in step) {
        ledger.note(step.note, step.owner);
        owners.set(step.note, step.owner);
      } else if ('forget' in step) {
        ledger.forget(step.forget);
        owners.delete(step.forget);
      } else {
        const expected = [...owners].flatMap(([fd, owner]) => (owner === step.takeAll ? [fd] : [])).sort((one, other) => one - other);
        for (const fd of expected) owners.delete(fd);
        return elsewhere.takeAll(step.takeAll).join() === expected.join();
      }
      return true;
    });
  }));
});

t.test('a number above its room is not kept, and does no harm', async (t) => {
  const ledger = DescriptorLedger.sized(SIZE);
  ledger.note(SIZE, 0);
  ledger.note(SIZE - 1, 0);
  t.same(ledger.takeAll(0), [SIZE - 1]);
  ledger.forget(SIZE);
  t.same(ledger.takeAll(0), []);
});
