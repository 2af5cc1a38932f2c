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

  mark(number: number, marked: boolean): void {
    if (this.find(number) !== 0) this.dict.markFound(marked);
  }

  /** The marked numbers that a sweep sees, which goes on with `between` after each part. */
  sweep(between: () => void = () => {}): number[] {
    const seen: number[] = [];
    let cursor = 0;
    do {
      cursor = this.dict.sweep(cursor, (entry) => seen.push(this.numberOf(entry)));
      between();
    } while (cursor !== 0);
    return seen;
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

t.test('property: a scan shows what is there all the time exactly once, whatever comes and goes meanwhile', async () => {
  const lasting = 500;
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 12 }), fc.integer({ min: 20, max: 300 }), (steps, count) => {
      const numbers = new Numbers();
      for (let number = 0; number < lasting; number++) numbers.add(number);
      const seen: number[] = [];
      let cursor = 0;
      let turn = 0;
      do {
        cursor = numbers.dict.scan(cursor, count, (entry) => seen.push(numbers.numberOf(entry)));
        const { adds, from, count: changes } = steps[turn++ % steps.length]!;
        for (let number = lasting + from; number < lasting + from + changes; number++) numbers[adds ? 'add' : 'remove'](number);
      } while (cursor !== 0);
      const found = seen.filter((number) => number < lasting).sort((a, b) => a - b);
      assert.deepEqual(found, Array.from({ length: lasting }, (_, number) => number));
    }),
    { numRuns: 10 },
  );
});

t.test('property: a visit of a part of the hash space sees the entries there, however the parts lie to the segments', async () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 12 }), (steps, bits) => {
      const numbers = new Numbers();
      for (const { adds, from, count } of steps) {
        for (let number = from; number < from + count; number++) numbers[adds ? 'add' : 'remove'](number);
      }
      const width = 2 ** (32 - bits);
      const seen: number[] = [];
      for (let from = 0; from < 2 ** 32; from += width) {
        numbers.dict.visit(from, from + width, (entry, _marked, hash) => {
          assert.ok(hash >>> 0 >= from && hash >>> 0 < from + width);
          seen.push(numbers.numberOf(entry));
        });
      }
      assert.equal(seen.length, numbers.model.size);
      assert.deepEqual(new Set(seen), numbers.model);
    }),
    { numRuns: 20 },
  );
});

t.test('property: a sweep sees the marked entries and no others, after any growth, shrinking and marking', async () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), fc.array(step, { minLength: 2, maxLength: 8 }), (steps, marks) => {
      const numbers = new Numbers();
      const marked = new Set<number>();
      steps.forEach(({ adds, from, count }, index) => {
        for (let number = from; number < from + count; number++) numbers[adds ? 'add' : 'remove'](number);
        if (!adds) for (let number = from; number < from + count; number++) marked.delete(number);
        const { adds: isMark, from: first, count: howMany } = marks[index % marks.length]!;
        for (let number = first; number < first + howMany; number++) {
          numbers.mark(number, isMark);
          if (isMark && numbers.model.has(number)) marked.add(number);
          else marked.delete(number);
        }
      });
      assert.deepEqual(new Set(numbers.sweep()), marked);
      assert.equal(numbers.sweep().length, marked.size);
      const drawn = numbers.dict.random(Math.random, true);
      assert.ok(drawn === 0 ? marked.size === 0 : marked.has(numbers.numberOf(drawn)));
    }),
    { numRuns: 20 },
  );
});

t.test('a sweep misses nothing though the dict grows and shrinks between its parts', async (t) => {
  for (const change of ['add', 'remove'] as const) {
    const numbers = new Numbers();
    for (let number = 0; number < 20_000; number++) numbers.add(number);
    for (let number = 0; number < 200; number++) numbers.mark(number, true);
    let next = change === 'add' ? 20_000 : 200;
    const seen = numbers.sweep(() => {
      for (const end = next + 1000; next < end; next++) if (change === 'add' || numbers.model.has(next)) numbers[change](next);
    });
    t.equal(new Set(seen).size, 200, change);
  }
});

t.test('the one marked entry among many is drawn', async (t) => {
  const numbers = new Numbers();
  for (let number = 0; number < 100_000; number++) numbers.add(number);
  t.equal(numbers.dict.random(Math.random, true), 0);
  numbers.mark(77_777, true);
  t.equal(numbers.numberOf(numbers.dict.random(Math.random, true)), 77_777);
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
