import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { allocateEntry, keyOf } from '../../src/memory/entry.js';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { SortedBound } from '../../src/values/sorted-bound.js';
import { SortedIndex } from '../../src/values/sorted-index.js';
import { NODE_BYTES } from '../../src/values/sorted-node.js';

interface Member {
  readonly name: string;
  readonly score: number;
  readonly entry: number;
}

/** Operations on many members at once, as a tree of three levels takes thousands. */
type Step =
  | { readonly kind: 'add' | 'update'; readonly count: number; readonly scores: (i: number) => number }
  | { readonly kind: 'remove'; readonly count: number }
  | { readonly kind: 'removeRange'; readonly from: number; readonly length: number };

/** An index with a plain array in the same order beside it. */
class Modelled {
  readonly memory: Memory;
  readonly index: SortedIndex;
  model: Member[] = [];
  #names = 0;

  constructor(memory = new Memory()) {
    this.memory = memory;
    this.index = new SortedIndex(memory);
  }

  entry(name: string): number {
    const bytes = Buffer.from(name);
    return allocateEntry(this.memory, bytes, 0, bytes.length, 0);
  }

  insert(score: number, entry: number): void {
    this.index.insert(score, entry);
    this.model.push({ name: keyOf(this.memory, entry).toString(), score, entry });
  }

  apply(step: Step, random: () => number): void {
    const anyRank = () => Math.floor(random() * this.model.length);
    if (step.kind === 'add') for (let i = 0; i < step.count; i++) this.insert(step.scores(i), this.entry(this.#name()));
    if (step.kind === 'remove') for (let i = Math.min(step.count, this.model.length); i > 0; i--) this.remove(anyRank());
    if (step.kind === 'update' && this.model.length > 0) for (let i = 0; i < step.count; i++) this.update(anyRank(), step.scores(i));
    this.model.sort(inOrder);
    if (step.kind === 'removeRange') {
      const from = Math.floor(step.from * this.model.length);
      this.removeRange(from, Math.min(this.model.length, from + step.length));
    }
  }

  remove(at: number): void {
    const [member] = this.model.splice(at, 1);
    this.index.remove(member!.score, member!.entry);
    this.memory.free(member!.entry);
  }

  update(at: number, score: number): void {
    const { name, score: old, entry } = this.model[at]!;
    if (score === old) return;
    this.index.update(old, entry, score);
    this.model[at] = { name, score, entry };
  }

  removeRange(from: number, to: number): void {
    const removed: Member[] = [];
    const members = this.#membersByEntry();
    this.index.removeRange(from, to, (entry) => void removed.push(members.get(entry)!));
    assert.equal(names(removed), names(this.model.splice(from, to - from)));
    for (const { entry } of removed) this.memory.free(entry);
  }

  range(from: number, to: number, reversed: boolean): Member[] {
    const found: Member[] = [];
    const members = this.#membersByEntry();
    this.index.range(from, to, reversed, (entry) => void found.push(members.get(entry)!));
    return found;
  }

  /** Compares everything. It throws, so that fast-check looks for the shortest way to a difference. */
  check(): void {
    const { index, model, memory } = this;
    assert.equal(index.size, model.length);
    assert.equal(names(this.range(0, model.length, false)), names(model));
    assert.equal(names(this.range(0, model.length, true)), names(model.toReversed()));
    const bound = new SortedBound();
    model.forEach(({ score, entry }, rank) => {
      assert.equal(index.entryAt(rank), entry);
      assert.equal(index.rank(bound.byEntry(memory, score, entry, false)), rank);
    });
    if (index.size === 0) assert.equal(index.bytes, NODE_BYTES);
  }

  /** Names that are not added in their order. */
  #name(): string {
    return `${(this.#names++ * 7919) % 1_000_003}`;
  }

  #membersByEntry(): Map<number, Member> {
    return new Map(this.model.map((member) => [member.entry, member]));
  }
}

function inOrder(a: Member, b: Member): number {
  return a.score === b.score ? Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) : a.score < b.score ? -1 : 1;
}

function names(members: readonly Member[]): string {
  return members.map(({ name, score }) => `${name}:${Object.is(score, -0) ? '-0' : score}`).join(' ');
}

const count = fc.integer({ min: 1, max: 2000 });

const scores: fc.Arbitrary<(i: number) => number> = fc.oneof(
  fc.constant((i: number) => i),
  fc.constant((i: number) => -i),
  fc.constantFrom(0, -0, Infinity, -Infinity, 1.5).map((score) => () => score),
  fc.integer({ min: 1, max: 1000 }).map((spread) => (i: number) => ((i * 7907) % spread) / 8),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), count, scores }) },
  fc.record({ kind: fc.constant('update' as const), count, scores }),
  fc.record({ kind: fc.constant('remove' as const), count }),
  fc.record({ kind: fc.constant('removeRange' as const), from: fc.double({ min: 0, max: 0.99, noNaN: true }), length: count }),
);

t.test('members stand in the order of their scores and bytes, whatever is added, moved and removed', async () => {
  const property = fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.integer(), (steps, seed) => {
    const modelled = new Modelled();
    const random = generator(seed);
    for (const one of steps) {
      modelled.apply(one, random);
      modelled.check();
    }
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 30 }));
});

t.test('a part of a range is that part of the whole, in both directions', async (t) => {
  const modelled = filled(3000, (i) => i % 100);
  const ranks = fc.integer({ min: 0, max: 3000 });
  const property = fc.property(ranks, ranks, fc.boolean(), (a, b, reversed) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    const whole = reversed ? modelled.model.toReversed() : modelled.model;
    return names(modelled.range(from, to, reversed)) === names(whole.slice(from, to));
  });
  t.doesNotThrow(() => fc.assert(property));
  t.same(modelled.range(5, 5, false), []);
});

t.test('the rank of a bound counts what has a lower score, or the same one too', async (t) => {
  const modelled = filled(3000, (i) => [Infinity, -Infinity, 0, -0, 2.5][i % 7] ?? i % 40);
  const bound = new SortedBound();
  for (const score of [-Infinity, -1, -0, 0, 1, 2.5, 17, 39, 40, Infinity]) {
    t.equal(modelled.index.rank(bound.byScore(score, false)), modelled.model.filter((member) => member.score < score).length);
    t.equal(modelled.index.rank(bound.byScore(score, true)), modelled.model.filter((member) => member.score <= score).length);
  }
});

t.test('the rank of a member that need not be there counts those before it, if all scores are the same', async (t) => {
  const modelled = filled(3000, () => 1);
  const bound = new SortedBound();
  for (const { name } of modelled.model.filter((_, rank) => rank % 97 === 0)) {
    for (const wanted of [name, `${name}\0`, name.slice(0, -1), '']) {
      const bytes = Buffer.from(wanted);
      const before = modelled.model.filter((member) => Buffer.compare(Buffer.from(member.name), bytes) < 0).length;
      const equal = modelled.model.some((member) => member.name === wanted) ? 1 : 0;
      t.equal(modelled.index.rank(bound.byMember(bytes, 0, bytes.length, false)), before);
      t.equal(modelled.index.rank(bound.byMember(bytes, 0, bytes.length, true)), before + equal);
    }
  }
});

t.test('members of megabytes that differ in their last byte have an order', async (t) => {
  const modelled = new Modelled();
  const long = 'x'.repeat(2 ** 20);
  for (const ending of ['b', '', 'a', 'bb']) modelled.insert(1, modelled.entry(long + ending));
  t.same(modelled.range(0, 4, false).map(({ name }) => name.slice(2 ** 20)), ['', 'a', 'b', 'bb']);
});

t.test('what is added in ascending order fills its nodes', async (t) => {
  const modelled = filled(10_000, (i) => i);
  t.ok(modelled.index.bytes < 10_000 * 13.5, `${modelled.index.bytes} bytes`);
});

t.test('all memory is given back, and an index that was emptied can be filled again', async (t) => {
  const modelled = filled(5000, (i) => i % 50);
  modelled.removeRange(0, 5000);
  modelled.apply({ kind: 'add', count: 5000, scores: (i) => -i }, Math.random);
  t.doesNotThrow(() => modelled.check());
  let slices = 0;
  while (!modelled.index.dispose(1000)) slices++;
  t.equal(slices, 4);
  t.ok(modelled.index.dispose(1000), 'again');
  for (const { entry } of modelled.model) modelled.memory.free(entry);
  t.equal(modelled.index.bytes, 0);
  t.equal(modelled.memory.usedBytes, 0);
});

t.test('an index that memory was too short for is as it was', async (t) => {
  const modelled = new Modelled(new Memory(8 * 2 ** 20));
  const entries = Array.from({ length: 3000 }, (_, i) => modelled.entry(`${i}`));
  const blocks = [...taken(modelled.memory, 16_384), ...taken(modelled.memory, NODE_BYTES)];
  for (const block of blocks.slice(-40)) modelled.memory.free(block);
  t.throws(() => entries.forEach((entry, i) => modelled.insert((i * 7907) % 10_007, entry)), OutOfMemory);
  modelled.model.sort(inOrder);
  t.doesNotThrow(() => modelled.check());
  t.ok(modelled.model.length > 500);
});

/** All blocks of a size that there are. */
function taken(memory: Memory, bytes: number): number[] {
  const blocks: number[] = [];
  try {
    for (;;) blocks.push(memory.allocate(bytes));
  } catch {
    return blocks;
  }
}

function filled(size: number, scoreOf: (i: number) => number): Modelled {
  const modelled = new Modelled();
  modelled.apply({ kind: 'add', count: size, scores: scoreOf }, Math.random);
  return modelled;
}

/** Numbers in [0, 1) that a failing run can repeat (mulberry32). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
