import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { type ListEnd, ListValue } from '../../src/values/list-value.js';
import { valueContext } from '../support/value-context.js';

/** Calls a method with an element that lies somewhere in a buffer. */
function on<T>(element: string, method: (buffer: Buffer, start: number, end: number) => T): T {
  return method(Buffer.from(`<<${element}>>`, 'latin1'), 2, element.length + 2);
}

function push(list: ListValue, at: ListEnd, ...elements: (string | number)[]): ListValue {
  for (const element of elements) on(String(element), (buffer, start, end) => list.push(at, buffer, start, end));
  return list;
}

function elements(list: ListValue, from?: number, count?: number): string[] {
  const shown: string[] = [];
  list.forEach((buffer, start, end) => shown.push(buffer.toString('latin1', start, end)), from, count);
  return shown;
}

/** Where an element is, by a search from one end that is to end after so many hits, and after so many elements. */
function places(list: ListValue, from: ListEnd, element: string, hits = list.size, within = list.size): number[] {
  const indexes: number[] = [];
  on(element, (buffer, start, end) => list.search(from, within, buffer, start, end, (index) => indexes.push(index) < hits));
  return indexes;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const end = fc.constantFrom<ListEnd>('head', 'tail');
/** From 0 to 1: where in the list, whatever its size is. */
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step = (element: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('push' as const), end, elements: fc.array(element, { minLength: 1, maxLength: 20 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), share, element }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), share, element }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const), end, share: share.map((value) => value ** 4) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), end, limit: fc.integer({ min: 1, max: 4 }), element }) },
  );
type Step = ReturnType<typeof step> extends fc.Arbitrary<infer S> ? S : never;

function apply(list: ListValue, model: string[], step: Step): void {
  const index = 'share' in step ? Math.floor(step.share * model.length) : 0;
  if (step.kind === 'push') {
    push(list, step.end, ...step.elements);
    if (step.end === 'tail') model.push(...step.elements);
    else model.unshift(...step.elements.toReversed());
  } else if (step.kind === 'insert') {
    on(step.element, (buffer, start, stop) => list.insert(index, buffer, start, stop));
    model.splice(index, 0, step.element);
  } else if (step.kind === 'set') {
    if (index === model.length) return;
    on(step.element, (buffer, start, stop) => list.set(index, buffer, start, stop));
    model[index] = step.element;
  } else if (step.kind === 'drop') {
    list.drop(step.end, index);
    model.splice(step.end === 'head' ? 0 : model.length - index, index);
  } else {
    const removed = on(step.element, (buffer, start, stop) => list.remove(step.end, step.limit, buffer, start, stop));
    assert.equal(removed, removeFrom(model, step));
  }
}

function removeFrom(model: string[], { end, element, limit }: Step & { kind: 'remove' }): number {
  let removed = 0;
  for (; removed < limit; removed++) {
    const index = end === 'head' ? model.indexOf(element) : model.lastIndexOf(element);
    if (index < 0) break;
    model.splice(index, 1);
  }
  return removed;
}

function compare(list: ListValue, model: string[]): void {
  assert.equal(list.size, model.length);
  assert.deepEqual(elements(list), model);
  const expected = model.flatMap((element, index) => (element === 'a' ? [index] : []));
  assert.deepEqual(places(list, 'head', 'a'), expected);
  assert.deepEqual(places(list, 'tail', 'a'), expected.toReversed());
  assert.deepEqual(places(list, 'tail', 'a', 2), expected.toReversed().slice(0, 2));
  assert.deepEqual(places(list, 'head', 'a', model.length, 7), expected.filter((index) => index < 7));
  for (let index = 0; index < model.length; index += 1 + (model.length >> 4)) {
    assert.equal(list.get(index).copy().toString('latin1'), model[index]);
    assert.deepEqual(elements(list, index, Math.min(3, model.length - index)), model.slice(index, index + 3));
  }
  if (model.length === 0) return;
  assert.equal(list.peek('head').copy().toString('latin1'), model[0]);
  assert.equal(list.peek('tail').copy().toString('latin1'), model.at(-1));
}

const small = fc.constantFrom('a', 'b', 'c', '', 'element', 'x'.repeat(90));
const large = fc.oneof(small, fc.constantFrom('y'.repeat(254), 'y'.repeat(255), 'z'.repeat(3000), 'z'.repeat(20_000), 'z'.repeat(8160)));

for (const [name, element, limit] of [
  ['small elements', small, -2],
  ['small and large elements', large, -2],
  ['elements, three in a node,', small, 3],
  ['elements, each in a node of its own,', small, 1],
  ['elements in large nodes', large, -5],
] as const) {
  t.test(`property: a list of ${name} is what an array would be, and gives all of its memory back`, async () => {
    fc.assert(
      fc.property(fc.array(step(element), { maxLength: 80, size: 'max' }), (steps) => {
        const context = valueContext({ listMaxListpackSize: limit });
        const list = new ListValue(context);
        const model: string[] = [];
        for (const step of steps) apply(list, model, step);
        compare(list, model);
        const copy = list.copy();
        assert.equal(list.bytes, context.memory.usedBytes - copy.bytes);
        assert.ok(list.dispose(Number.POSITIVE_INFINITY));
        compare(copy, model);
        copy.drop('tail', model.length);
        assert.equal(context.memory.usedBytes, 0);
      }),
      { numRuns: 60 },
    );
  });
}

t.test('a list of short elements takes little more than their bytes, from whichever end it has grown', async (t) => {
  for (const end of ['head', 'tail'] as const) {
    const list = push(new ListValue(valueContext()), end, ...range(0, 20_000).map((i) => String(i).padStart(32, '0')));
    t.ok(list.bytes < 20_000 * 34 * 1.03, `${list.bytes} bytes from the ${end}`);
  }
});

t.test('a queue takes the memory of what is in it, however much has gone through', async (t) => {
  for (const [to, from] of [['tail', 'head'], ['head', 'tail'], ['tail', 'tail']] as const) {
    const list = push(new ListValue(valueContext()), to, ...range(0, 10));
    const memory: number[] = [];
    for (const i of range(0, 5000)) {
      push(list, to, `job ${i}`);
      list.drop(from);
      memory.push(list.bytes);
    }
    t.ok(Math.max(...memory) <= 512, `at most ${Math.max(...memory)} bytes from ${to} to ${from}`);
  }
});

t.test('a list that was long and is short gives memory back', async (t) => {
  const ended = push(new ListValue(valueContext()), 'tail', ...range(0, 1000).map((i) => `element ${i}`));
  ended.drop('head', 999);
  t.ok(ended.bytes <= 128, `${ended.bytes} bytes`);
  const thinned = push(new ListValue(valueContext()), 'tail', ...range(0, 10_000).map((i) => (i % 100 === 0 ? 'kept' : 'removed')));
  t.equal(on('removed', (buffer, start, end) => thinned.remove('head', 10_000, buffer, start, end)), 9900);
  t.ok(thinned.bytes < 100 * 50, `${thinned.bytes} bytes`);
});

t.test('a thousand insertions at one place of a full list cost little more than their bytes', async (t) => {
  const context = valueContext();
  const list = push(new ListValue(context), 'tail', ...range(0, 2000).map((i) => `element ${i}`));
  const before = list.bytes;
  for (const i of range(0, 1000)) on(`inserted ${i}`, (buffer, start, end) => list.insert(700, buffer, start, end));
  t.ok(list.bytes < before * 1.8, `${before} bytes, then ${list.bytes}`);
  t.strictSame(elements(list, 699, 3), ['element 699', 'inserted 999', 'inserted 998']);
});

t.test('a long list is disposed of in slices', async (t) => {
  const context = valueContext();
  const list = push(new ListValue(context), 'tail', ...range(0, 100_000));
  let before = context.memory.usedBytes;
  let slices = 0;
  while (!list.dispose(10)) {
    t.ok(context.memory.usedBytes < before);
    before = context.memory.usedBytes;
    slices++;
  }
  t.ok(slices >= 8, `${slices} slices`);
  t.equal(context.memory.usedBytes, 0);
});

t.test('a list that does not fit into memory says so, and is as it was', async (t) => {
  const context = valueContext({}, new Memory(9 * 2 ** 20));
  const list = push(new ListValue(context), 'tail', ...range(0, 100));
  const expected = range(0, 100).map(String);
  const huge = 'x'.repeat(2 ** 22);
  t.throws(() => push(list, 'head', huge), OutOfMemory);
  t.throws(() => push(list, 'tail', huge), OutOfMemory);
  t.throws(() => on(huge, (buffer, start, end) => list.insert(50, buffer, start, end)), OutOfMemory);
  t.throws(() => on(huge, (buffer, start, end) => list.set(20, buffer, start, end)), OutOfMemory);
  t.strictSame(elements(list), expected);
  t.equal(list.size, 100);
});
