import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { halfSipHash } from '../../src/algorithms/half-sip-hash.js';
import { Dict } from '../../src/memory/dict.js';
import { allocateEntry, keyOf } from '../../src/memory/entry.js';
import { Memory } from '../../src/memory/memory.js';

/** A dict whose keys are numbers, and the entries that it does not own. */
class Numbers {
  readonly memory = new Memory();
  readonly dict = new Dict(this.memory);
  readonly model = new Set<number>();

  find(number: number): number {
    const key = Buffer.from(String(number));
    return this.dict.find(halfSipHash(key, 0, key.length, 1, 2), key, 0, key.length);
  }

  add(number: number): void {
    if (this.model.has(number)) return;
    const key = Buffer.from(String(number));
    this.dict.add(halfSipHash(key, 0, key.length, 1, 2), allocateEntry(this.memory, key, 0, key.length, 0));
    this.model.add(number);
  }

  remove(number: number): void {
    const entry = this.find(number);
    assert.equal(entry !== 0, this.model.delete(number));
    if (entry === 0) return;
    this.dict.removeFound();
    this.memory.free(entry);
  }

  numberOf(entry: number): number {
    return Number(keyOf(this.memory, entry).toString());
  }

  /** Removes all but `left` numbers, from a random place on. */
  shrinkTo(left: number): void {
    for (const number of [...this.model].slice(left)) this.remove(number);
  }
}

const step = fc.record({ adds: fc.boolean(), from: fc.nat(3000), count: fc.nat(2500) });

t.test('property: a dict holds what a Set would while it grows and shrinks, and gives all of its memory back', async () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 12 }), (steps) => {
      const numbers = new Numbers();
      for (const { adds, from, count } of steps) {
        for (let number = from; number < from + count; number++) numbers[adds ? 'add' : 'remove'](number);
        assert.equal(numbers.dict.size, numbers.model.size);
      }
      const seen = new Set<number>();
      numbers.dict.forEach((entry) => seen.add(numbers.numberOf(entry)));
      assert.deepEqual(seen, numbers.model);
      for (let number = 0; number < 6000; number++) assert.equal(numbers.find(number) !== 0, numbers.model.has(number));
      let isOver = false;
      while (!isOver) isOver = numbers.dict.dismantle(100, (entry) => numbers.memory.free(entry));
      assert.equal(numbers.memory.usedBytes, 0);
    }),
    { numRuns: 40 },
  );
});

t.test('a dict that has become small takes as little memory as a small one', async (t) => {
  const numbers = new Numbers();
  for (let number = 0; number < 50_000; number++) numbers.add(number);
  const full = numbers.dict.bytes;
  numbers.shrinkTo(25_000);
  t.ok(numbers.dict.bytes <= full, 'half as full');
  numbers.shrinkTo(3);
  t.ok(numbers.dict.bytes < 10_000, `${numbers.dict.bytes} bytes for the last three`);
  t.strictSame([0, 1, 2, 3].map((number) => numbers.find(number) !== 0), [true, true, true, false]);
  for (let number = 0; number < 5000; number++) numbers.add(number);
  t.equal(numbers.dict.size, 5000);
});

t.test('a scan shows what is there all the time exactly once, though the dict shrinks to a hundredth meanwhile', async (t) => {
  const numbers = new Numbers();
  for (let number = 0; number < 20_000; number++) numbers.add(number);
  const seen: number[] = [];
  let cursor = 0;
  do {
    cursor = numbers.dict.scan(cursor, 100, (entry) => seen.push(numbers.numberOf(entry)));
    numbers.shrinkTo(Math.max(200, numbers.model.size - 1000));
  } while (cursor !== 0);
  const lasting = seen.filter((number) => number < 200);
  t.equal(lasting.length, 200);
  t.equal(new Set(lasting).size, 200);
});

t.test('the few entries that are left of many are drawn, each of them', async (t) => {
  const numbers = new Numbers();
  for (let number = 0; number < 100_000; number++) numbers.add(number);
  numbers.shrinkTo(20);
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const drawn = new Set<number>();
  for (let i = 0; i < 1000; i++) drawn.add(numbers.numberOf(numbers.dict.random(random)));
  t.equal(drawn.size, 20);
});
