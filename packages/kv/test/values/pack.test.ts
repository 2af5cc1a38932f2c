import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { Slice } from '../../src/memory/slice.js';
import {
  allocatePack,
  appendElement,
  copyPack,
  elementAt,
  FIRST_ELEMENT,
  findElement,
  forEachElement,
  insertElement,
  insertPair,
  nextElement,
  packEnd,
  packSize,
  prependElement,
  previousElement,
  readElement,
  removeElements,
  replaceElement,
} from '../../src/values/pack.js';

function elements(memory: Memory, pack: number): string[] {
  const found: string[] = [];
  forEachElement(memory, pack, (buffer, start, end) => found.push(buffer.toString('latin1', start, end)));
  return found;
}

/** The elements as a walk by positions meets them, forwards and backwards. */
function walks(memory: Memory, pack: number): [forwards: string[], backwards: string[]] {
  const slice = new Slice();
  const forwards: string[] = [];
  const backwards: string[] = [];
  for (let at = FIRST_ELEMENT; at < packEnd(memory, pack); at = nextElement(memory, pack, at)) {
    forwards.push(readElement(memory, pack, at, slice).copy().toString('latin1'));
  }
  for (let at = previousElement(memory, pack, packEnd(memory, pack)); at !== 0; at = previousElement(memory, pack, at)) {
    backwards.push(readElement(memory, pack, at, slice).copy().toString('latin1'));
  }
  return [forwards, backwards];
}

function packOf(memory: Memory, ...texts: string[]): number {
  let pack = allocatePack(memory);
  for (const text of texts) pack = appendElement(memory, pack, Buffer.from(text, 'latin1'), 0, text.length);
  return pack;
}

const text = fc.oneof(
  fc.string({ maxLength: 8, unit: 'binary-ascii' }),
  fc.constantFrom(253, 254, 255, 256, 5000, 70_000).map((length) => String.fromCharCode(65 + (length % 26)).repeat(length)),
);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), text }),
  fc.record({ kind: fc.constant('prepend' as const), text }),
  fc.record({ kind: fc.constant('insert' as const), place, text }),
  fc.record({ kind: fc.constant('pair' as const), place, text }),
  fc.record({ kind: fc.constant('replace' as const), place, text }),
  fc.record({ kind: fc.constant('remove' as const), place, part: place }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function apply(memory: Memory, pack: number, model: string[], step: Step): number {
  const bytes = 'text' in step ? Buffer.from(`<${step.text}>`, 'latin1') : Buffer.alloc(0);
  const end = bytes.length - 1;
  const index = 'place' in step ? Math.floor(step.place * model.length) : 0;
  if (step.kind === 'append') {
    model.push(step.text);
    return appendElement(memory, pack, bytes, 1, end);
  }
  if (step.kind === 'prepend') {
    model.unshift(step.text);
    return prependElement(memory, pack, bytes, 1, end);
  }
  if (step.kind === 'insert') {
    const at = elementAt(memory, pack, index);
    model.splice(index, 0, step.text);
    return insertElement(memory, pack, at, bytes, 1, end);
  }
  if (step.kind === 'pair') {
    const at = elementAt(memory, pack, index);
    model.splice(index, 0, step.text, '<');
    return insertPair(memory, pack, at, bytes, 1, end, bytes, 0, 1);
  }
  if (model.length === 0) return pack;
  const at = elementAt(memory, pack, index);
  if (step.kind === 'replace') {
    model[index] = step.text;
    return replaceElement(memory, pack, at, bytes, 1, end);
  }
  const count = Math.floor(step.part * (model.length - index + 1));
  model.splice(index, count);
  return removeElements(memory, pack, at, count);
}

t.test('property: a pack holds what an array would, walked from both ends, and gives all of its memory back', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const memory = new Memory();
      const model: string[] = [];
      let pack = allocatePack(memory);
      for (const step of steps) {
        pack = apply(memory, pack, model, step);
        assert.equal(packSize(memory, pack), model.length);
      }
      const [forwards, backwards] = walks(memory, pack);
      assert.deepEqual(elements(memory, pack), model);
      assert.deepEqual(forwards, model);
      assert.deepEqual(backwards.toReversed(), model);
      memory.free(pack);
      assert.equal(memory.usedBytes, 0);
    }),
    { numRuns: 60 },
  );
});

t.test('an element is found by its bytes, the first of equal ones', async (t) => {
  const memory = new Memory();
  const long = 'x'.repeat(300);
  const pack = packOf(memory, 'a', '', long, 'b', 'b');
  const find = (text: string) => findElement(memory, pack, Buffer.from(`(${text})`), 1, text.length + 1);
  t.strictSame(['a', '', long, 'b'].map(find), [0, 1, 2, 3].map((index) => elementAt(memory, pack, index)));
  t.strictSame([find('c'), find('ab'), find(`${long}x`)], [0, 0, 0]);
});

t.test('among fields and values only a field is found, even if a value before it reads the same', async (t) => {
  const memory = new Memory();
  const pack = packOf(memory, 'name', 'colour', 'colour', 'name');
  const find = (text: string) => findElement(memory, pack, Buffer.from(text), 0, text.length, 2);
  t.equal(find('colour'), elementAt(memory, pack, 2));
  t.equal(find('name'), FIRST_ELEMENT);
});

t.test('a part of a pack is copied into one of its own', async (t) => {
  const memory = new Memory();
  const pack = packOf(memory, 'a', 'b', 'c', 'd');
  const part = copyPack(memory, pack, elementAt(memory, pack, 1), 2);
  const whole = copyPack(memory, pack);
  removeElements(memory, pack, FIRST_ELEMENT, 4);
  t.strictSame(elements(memory, part), ['b', 'c']);
  t.strictSame(elements(memory, whole), ['a', 'b', 'c', 'd']);
});

t.test('regression: a large pack is not copied for each element that is added to it', async (t) => {
  const memory = new Memory();
  let pack = allocatePack(memory);
  const addresses = new Set<Buffer>();
  for (let i = 0; i < 2000; i++) {
    pack = appendElement(memory, pack, Buffer.alloc(100), 0, 100);
    if (packEnd(memory, pack) > 20_000) addresses.add(memory.buffer(pack));
  }
  t.ok(addresses.size > 1 && addresses.size < 40, `it was copied ${addresses.size} times`);
});
