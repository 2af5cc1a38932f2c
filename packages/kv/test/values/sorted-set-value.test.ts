import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { SortedBound } from '../../src/values/sorted-bound.js';
import { scoreOf, type ScoreVisitor, SortedSetValue } from '../../src/values/sorted-set-value.js';
import { SortedTable } from '../../src/values/sorted-table.js';
import { valueContext } from '../support/value-context.js';

type Members = [member: string, score: number][];

/** What a visiting method shows. */
function shown(visit: (visitor: ScoreVisitor) => void): Members {
  const members: Members = [];
  visit((buffer, start, end, scoreStart) => members.push([buffer.toString('latin1', start, end), scoreOf(buffer, scoreStart)]));
  return members;
}

/** Calls a method with a member that lies somewhere in a buffer. */
function on<T>(member: string, method: (buffer: Buffer, start: number, end: number) => T): T {
  return method(Buffer.from(`<<${member}>>`, 'latin1'), 2, member.length + 2);
}

function set(zset: SortedSetValue, member: string, score: number): number {
  return on(member, (buffer, start, end) => zset.set(buffer, start, end, score));
}

function remove(zset: SortedSetValue, member: string): boolean {
  return on(member, (buffer, start, end) => zset.delete(buffer, start, end));
}

function members(zset: SortedSetValue, from = 0, to = zset.size, reversed = false): Members {
  return shown((visit) => zset.range(from, to, reversed, visit));
}

function inOrder(model: Map<string, number>): Members {
  const bytes = (member: string) => Buffer.from(member, 'latin1');
  return [...model].toSorted(([a, x], [b, y]) => (x === y ? Buffer.compare(bytes(a), bytes(b)) : x < y ? -1 : 1));
}

function zsetOf(count: number, limits = {}): SortedSetValue {
  const zset = new SortedSetValue(valueContext(limits));
  for (let i = 0; i < count; i++) set(zset, `member:${(i * 7919) % 1_000_003}`, i % 50);
  return zset;
}

const ANY_SIZE = [
  ['small', 20],
  ['large', 3000],
] as const;

const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0, Infinity, -Infinity), fc.double({ noNaN: true }));
const member = fc.oneof(fc.integer({ min: 0, max: 30 }).map(String), fc.string({ maxLength: 2, unit: 'binary-ascii' }));
const longMember = fc.constantFrom(64, 65, 254, 255, 256, 70_000).map((length) => 'm'.repeat(length));
const removal = fc.record({ kind: fc.constant('removeRange' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), count: fc.nat(3) });
const bounds = fc.record({ kind: fc.constant('bounds' as const), score, member });
const step = (member: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), member, score }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), member }) },
    { weight: 1, arbitrary: removal },
    { weight: 1, arbitrary: bounds },
  );
type Step = ReturnType<typeof step> extends fc.Arbitrary<infer S> ? S : never;

function apply(zset: SortedSetValue, model: Map<string, number>, step: Step): void {
  if (step.kind === 'set') {
    const former = model.get(step.member);
    assert.equal(set(zset, step.member, step.score), former ?? Number.NaN);
    if (former === undefined || former !== step.score) model.set(step.member, zset.encoding === 'listpack' ? step.score + 0 : step.score);
  } else if (step.kind === 'delete') {
    assert.equal(remove(zset, step.member), model.delete(step.member));
  } else if (step.kind === 'removeRange') {
    const from = Math.floor(step.at * zset.size);
    const to = Math.min(from + step.count, zset.size);
    for (const [member] of inOrder(model).slice(from, to)) model.delete(member);
    zset.removeRange(from, to);
  } else {
    checkBounds(zset, inOrder(model), step.score, step.member);
  }
}

function checkBounds(zset: SortedSetValue, ordered: Members, score: number, member: string): void {
  const bound = new SortedBound();
  assert.equal(zset.rankOf(bound.byScore(score, false)), ordered.filter(([, other]) => other < score).length);
  assert.equal(zset.rankOf(bound.byScore(score, true)), ordered.filter(([, other]) => other <= score).length);
  const rank = on(member, (buffer, start, end) => zset.rank(buffer, start, end));
  assert.equal(rank, ordered.findIndex(([other]) => other === member));
  assert.equal(on(member, (buffer, start, end) => zset.score(buffer, start, end)), ordered[rank]?.[1] ?? Number.NaN);
}

for (const [name, member_, limits] of [
  ['small', member, {}],
  ['growing', fc.oneof({ weight: 30, arbitrary: member }, { weight: 1, arbitrary: longMember }), { zsetMaxListpackEntries: 12 }],
  ['small one with long members and growing', fc.oneof(member, longMember), { zsetMaxListpackValue: 300 }],
  ['large', fc.oneof(member, longMember), { zsetMaxListpackEntries: 0 }],
] as const) {
  t.test(`property: a ${name} set holds what a Map sorted by scores would, and gives all of its memory back`, async (t) => {
    const property = fc.property(fc.array(step(member_), { maxLength: 120, size: 'max' }), (steps) => {
      const context = valueContext(limits);
      const zset = new SortedSetValue(context);
      const model = new Map<string, number>();
      for (const step of steps) apply(zset, model, step);
      const ordered = inOrder(model);
      assert.equal(zset.size, ordered.length);
      assert.deepEqual(members(zset, 0, zset.size, true), ordered.toReversed());
      const copy = zset.copy();
      assert.deepEqual(members(zset), ordered);
      assert.ok(zset.dispose(Number.POSITIVE_INFINITY));
      assert.deepEqual(members(copy), ordered);
      assert.ok(copy.dispose(Number.POSITIVE_INFINITY));
      assert.equal(context.memory.usedBytes, 0);
    });
    t.doesNotThrow(() => fc.assert(property, { numRuns: 60 }));
  });
}

t.test('a set gets an index with the member that is one too many, and keeps it', async (t) => {
  const zset = zsetOf(128);
  set(zset, 'member:0', 500);
  t.equal(zset.encoding, 'listpack', 'a member that is there is not one more');
  t.ok(Number.isNaN(set(zset, 'another', 1)));
  t.equal(zset.encoding, 'skiplist');
  remove(zset, 'another');
  t.equal(zset.encoding, 'skiplist');
  t.same(members(zset, 127), [['member:0', 500]]);
});

t.test('a set gets an index with the first member that is too long', async (t) => {
  const zset = zsetOf(3);
  set(zset, 'm'.repeat(64), 1);
  t.equal(zset.encoding, 'listpack');
  set(zset, 'm'.repeat(65), 1);
  t.equal(zset.encoding, 'skiplist');
  t.same(members(zset, 2, 4).map(([member]) => member.length), [64, 65]);
});

t.test('a score that is equal leaves the one that is there, and only large sets know -0', async (t) => {
  for (const [name, size] of ANY_SIZE) {
    const zset = zsetOf(size);
    set(zset, 'zero', 0);
    set(zset, 'minus', -0);
    t.equal(set(zset, 'zero', -0), 0);
    t.equal(Object.is(set(zset, 'minus', 0), -0), name === 'large');
    t.strictSame(['zero', 'minus'].map((member) => Object.is(on(member, zset.score.bind(zset)), -0)), [false, name === 'large']);
  }
});

t.test('a set that takes over a table is small if its members are few and short, and has all of them', async (t) => {
  for (const [size, length, encoding] of [[0, 1, 'listpack'], [128, 64, 'listpack'], [129, 64, 'skiplist'], [3, 65, 'skiplist']] as const) {
    const context = valueContext();
    const table = new SortedTable(context);
    for (let i = 0; i < size; i++) on(`${i}`.padEnd(length), (buffer, start, end) => table.set(buffer, start, end, -i));
    const zset = SortedSetValue.of(context, table);
    t.equal(zset.encoding, encoding);
    const expected = Array.from({ length: size }, (_, i) => [size - 1 - i, size - 1 - i]);
    t.strictSame(members(zset).map(([member, score]) => [Number(member), -score]), expected);
    zset.dispose(Number.POSITIVE_INFINITY);
    t.equal(context.memory.usedBytes, 0);
  }
});

t.test('a scan shows each member once, with its score; a small set at once', async (t) => {
  for (const [name, size] of ANY_SIZE) {
    const zset = zsetOf(size);
    const seen: Members = [];
    let steps = 0;
    const visit: ScoreVisitor = (buffer, start, end, at) => seen.push([buffer.toString('latin1', start, end), scoreOf(buffer, at)]);
    let cursor = 0;
    do {
      cursor = zset.scan(cursor, 10, visit);
      steps++;
    } while (cursor !== 0);
    t.equal(seen.length, size);
    t.same(inOrder(new Map(seen)), members(zset));
    t.ok(name === 'small' ? steps === 1 : steps > 50);
  }
});

t.test('each member is drawn about as often as any other', async (t) => {
  for (const [, size] of ANY_SIZE) {
    const zset = zsetOf(size);
    const times = new Map<string, number>();
    for (const [member] of shown((visit) => zset.draw(size * 50, visit))) times.set(member, (times.get(member) ?? 0) + 1);
    t.equal(times.size, size);
    t.ok(Math.min(...times.values()) > 15 && Math.max(...times.values()) < 100, `${Math.min(...times.values())} to ${Math.max(...times.values())}`);
  }
});

t.test('a sample has different members, with their scores, and as many as there are', async (t) => {
  for (const [, size] of ANY_SIZE) {
    const zset = zsetOf(size);
    const all = new Map(members(zset));
    for (const count of [0, 1, size >> 2, size - 1, size, size + 1]) {
      const sample = shown((visit) => zset.sample(count, visit));
      t.equal(new Set(sample.map(([member]) => member)).size, Math.min(count, size));
      t.ok(sample.every(([member, score]) => all.get(member) === score));
    }
  }
});

t.test('a large set is disposed of in slices', async (t) => {
  const context = valueContext();
  const zset = new SortedSetValue(context);
  for (let i = 0; i < 10_000; i++) set(zset, `member:${i}`, i);
  let slices = 1;
  let before = context.memory.usedBytes;
  while (!zset.dispose(500)) {
    slices++;
    t.ok(context.memory.usedBytes <= before);
    before = context.memory.usedBytes;
  }
  t.ok(slices > 30, `${slices} slices`);
  t.equal(context.memory.usedBytes, 0);
});

t.test('what a set says that it takes is what it gives back', async (t) => {
  for (const [, size] of ANY_SIZE) {
    const context = valueContext();
    const zset = new SortedSetValue(context);
    for (let i = 0; i < size; i++) set(zset, `${(i * 7919) % 10_007}`, i % 100);
    t.ok(Math.abs(zset.bytes - context.memory.usedBytes) <= 64, `${zset.bytes} of ${context.memory.usedBytes}`);
  }
});

t.test('a member that does not fit into memory is not in the set, and all others are', async (t) => {
  for (const memberBytes of [5, 20, 100, 5000]) {
    for (const zsetMaxListpackEntries of [0, 1e6]) {
      const context = valueContext({ zsetMaxListpackEntries, zsetMaxListpackValue: 1e6 }, new Memory(8 * 2 ** 20));
      for (let i = 0; i < 490; i++) context.memory.allocate(16_384);
      const zset = new SortedSetValue(context);
      const model = new Map<string, number>();
      const fill = () => {
        for (let i = 0; ; i++) {
          const member = String(i).padEnd(memberBytes);
          set(zset, member, i % 7);
          model.set(member, i % 7);
        }
      };
      t.throws(fill, OutOfMemory);
      t.ok(model.size > 2, `${model.size} members`);
      t.strictSame(members(zset), inOrder(model));
      t.ok([...model].every(([member, score]) => on(member, (buffer, start, end) => zset.score(buffer, start, end)) === score));
    }
  }
});
