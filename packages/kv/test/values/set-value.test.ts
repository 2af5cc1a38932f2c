import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { type MemberVisitor, SetValue } from '../../src/values/set-value.js';
import { valueContext } from '../support/value-context.js';

/** What a visiting method shows. */
function shown(visit: (visitor: MemberVisitor) => void): string[] {
  const members: string[] = [];
  visit((buffer, start, end) => members.push(buffer.toString('latin1', start, end)));
  return members;
}

/** Calls a method with a member that lies somewhere in a buffer. */
function on<T>(member: string, method: (buffer: Buffer, start: number, end: number) => T): T {
  return method(Buffer.from(`<<${member}>>`, 'latin1'), 2, member.length + 2);
}

function add(set: SetValue, ...members: (string | number)[]): SetValue {
  for (const member of members) on(String(member), (buffer, start, end) => set.add(buffer, start, end));
  return set;
}

function members(set: SetValue): string[] {
  return shown((visit) => set.forEach(visit));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const integerMember = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);
const step = (member: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), member }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), member }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('has' as const), member }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
  );
type Step = ReturnType<typeof step> extends fc.Arbitrary<infer S> ? S : never;

function apply(set: SetValue, model: Set<string>, step: Step): void {
  if (step.kind === 'pop') {
    if (model.size === 0) return;
    const popped = shown((visit) => set.pop(visit));
    assert.ok(popped.length === 1 && model.delete(popped[0] as string));
    return;
  }
  const { kind, member } = step;
  const before = model.has(member);
  assert.equal(on(member, (buffer, start, end) => set[kind](buffer, start, end)), kind === 'add' ? !before : before);
  if (kind === 'add') model.add(member);
  if (kind === 'delete') model.delete(member);
}

for (const [name, member, limit] of [
  ['integers', integerMember, 512],
  ['integers, with a low limit,', integerMember, 5],
  ['anything', fc.oneof(integerMember, fc.string({ maxLength: 3, unit: 'binary-ascii' }), fc.constantFrom('x'.repeat(20_000), '')), 512],
] as const) {
  t.test(`property: a set of ${name} holds what a Set would, and gives all of its memory back`, async () => {
    fc.assert(
      fc.property(fc.array(step(member), { maxLength: 120, size: 'max' }), (steps) => {
        const context = valueContext({ setMaxIntsetEntries: limit });
        const set = new SetValue(context);
        const model = new Set<string>();
        for (const step of steps) apply(set, model, step);
        const expected = [...model].toSorted();
        assert.equal(set.size, model.size);
        assert.deepEqual(members(set).toSorted(), expected);
        const copy = set.copy();
        assert.ok(set.dispose(Number.POSITIVE_INFINITY));
        assert.deepEqual(members(copy).toSorted(), expected);
        assert.ok(copy.dispose(Number.POSITIVE_INFINITY));
        assert.equal(context.memory.usedBytes, 0);
      }),
      { numRuns: 60 },
    );
  });
}

t.test('integers are an intset, in ascending order, until there are too many, and never again', async (t) => {
  const set = add(new SetValue(valueContext({ setMaxIntsetEntries: 3 })), 70_000, -5, 2);
  t.equal(set.encoding, 'intset');
  t.strictSame(members(set), ['-5', '2', '70000']);
  add(set, 1);
  t.equal(set.encoding, 'hashtable');
  on('1', (buffer, start, end) => set.delete(buffer, start, end));
  t.equal(set.encoding, 'hashtable');
});

t.test('a member that is no integer makes a table of an intset; a question about one does not', async (t) => {
  const set = add(new SetValue(valueContext()), 1, 2);
  t.notOk(on('01', (buffer, start, end) => set.has(buffer, start, end)));
  t.notOk(on('a', (buffer, start, end) => set.delete(buffer, start, end)));
  t.equal(set.encoding, 'intset');
  add(set, '01');
  t.equal(set.encoding, 'hashtable');
  t.strictSame(members(set).toSorted(), ['01', '1', '2']);
});

t.test('the integers of one set may be put into another while they are shown', async (t) => {
  const context = valueContext({ setMaxIntsetEntries: 10 });
  const source = add(new SetValue(context), ...range(0, 10));
  const target = add(new SetValue(context), ...range(5, 14));
  source.forEach((buffer, start, end) => target.add(buffer, start, end));
  t.equal(target.encoding, 'hashtable');
  t.strictSame(members(target).map(Number).toSorted((a, b) => a - b), range(0, 14));
});

t.test('a scan of a large set shows each member once, though it grows and shrinks meanwhile', async (t) => {
  const set = add(new SetValue(valueContext()), ...range(0, 5000));
  const seen: string[] = [];
  let cursor = 0;
  let steps = 0;
  do {
    cursor = set.scan(cursor, 10, (buffer, start, end) => seen.push(buffer.toString('latin1', start, end)));
    for (const i of range(0, 20)) {
      if (steps < 200) add(set, `${steps}:${i}`);
      else on(`${steps - 200}:${i}`, (buffer, start, end) => set.delete(buffer, start, end));
    }
    steps++;
  } while (cursor !== 0);
  const own = seen.filter((member) => !member.includes(':'));
  t.equal(own.length, 5000);
  t.equal(new Set(own).size, 5000);
  t.ok(steps > 250, `${steps} steps`);
});

t.test('a scan of a small set shows all of it at once, whatever the cursor', async (t) => {
  const set = add(new SetValue(valueContext()), 3, 1, 2);
  for (const cursor of [0, 17]) t.strictSame(shown((visit) => t.equal(set.scan(cursor, 1, visit), 0)), ['1', '2', '3']);
});

t.test('each member has its chance to be drawn, in a small set and in a large one', async (t) => {
  for (const size of [20, 2000]) {
    const set = add(new SetValue(valueContext()), ...range(0, size));
    const times = new Map<string, number>();
    for (const member of shown((visit) => set.draw(size * 50, visit))) times.set(member, (times.get(member) ?? 0) + 1);
    t.equal(times.size, size);
    t.ok(Math.max(...times.values()) < 200, 'and none has much more of it');
  }
});

t.test('a sample is of different members, each as often as the others, from a few of them to all', async (t) => {
  for (const size of [20, 2000]) {
    const set = add(new SetValue(valueContext()), ...range(0, size));
    for (const count of [1, size / 10, size / 2, size - 1, size, size + 1]) {
      const sample = shown((visit) => set.sample(count, visit));
      t.equal(sample.length, Math.min(count, size));
      t.equal(new Set(sample).size, sample.length);
      t.ok(sample.every((member) => Number(member) < size));
    }
  }
});

t.test('a large set is disposed of in slices', async (t) => {
  const context = valueContext();
  const set = add(new SetValue(context), ...range(0, 20_000));
  let before = context.memory.usedBytes;
  let slices = 0;
  while (!set.dispose(1000)) {
    const after = context.memory.usedBytes;
    t.ok(after < before);
    before = after;
    slices++;
  }
  t.ok(slices >= 10, `${slices} slices`);
  t.equal(context.memory.usedBytes, 0);
});

t.test('a set that does not fit into memory says so, and is as it was', async (t) => {
  const context = valueContext({}, new Memory(9 * 2 ** 20));
  const set = add(new SetValue(context), 'a', 'b');
  t.throws(() => add(set, 'x'.repeat(2 ** 22)), OutOfMemory);
  t.strictSame(members(set).toSorted(), ['a', 'b']);
});
