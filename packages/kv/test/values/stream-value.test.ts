import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { Request } from '../../src/protocol/request.js';
import type { StreamGroup } from '../../src/values/stream-group.js';
import { MAX_ID, MIN_ID, StreamId } from '../../src/values/stream-id.js';
import { StreamValue } from '../../src/values/stream-value.js';
import type { ValueContext } from '../../src/values/value-context.js';
import { valueContext } from '../support/value-context.js';

type Entry = readonly [id: string, fields: readonly string[]];

function append(stream: StreamValue, id: StreamId, fields: readonly string[]): void {
  const request = new Request(['skipped', ...fields].map((field) => Buffer.from(field, 'latin1')));
  stream.append(id, request, 1, request.count);
}

function range(stream: StreamValue, from = MIN_ID, to = MAX_ID, reversed = false, limit = Number.POSITIVE_INFINITY): Entry[] {
  const entries: Entry[] = [];
  stream.range(from, to, reversed, limit, (entry) => {
    const fields: string[] = [];
    entry.forEach((buffer, start, end) => fields.push(buffer.toString('latin1', start, end)));
    entries.push([entry.id.toString(), fields]);
  });
  return entries;
}

function streamOf(count: number, context: ValueContext = valueContext()): StreamValue {
  const stream = new StreamValue(context);
  for (let i = 1; i <= count; i++) append(stream, new StreamId(i, 0), ['name', `value ${i}`]);
  return stream;
}

const exact = { isApproximate: false, limit: Number.POSITIVE_INFINITY };
const byLength = (maxLength: number) => ({ ...exact, maxLength, minId: undefined });
const byId = (minId: StreamId) => ({ ...exact, maxLength: Number.POSITIVE_INFINITY, minId });

// --- Entries

const long = fc.constantFrom(70, 300).map((length) => 'x'.repeat(length));
const text = fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 12 }), fc.integer().map(String), long);
const fields = fc.oneof(
  fc.tuple(text, text).map(([one, two]) => ['a', one, 'b', two]),
  fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }).map((pairs) => pairs.flat()),
);
const place = fc.double({ min: 0, max: 1, noNaN: true });
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('append' as const), gap: fc.constantFrom(0, 0, 1, 1000, 2 ** 40), fields }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('length' as const, 'id' as const), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('range' as const), place, other: place, limit: fc.nat(20) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A stream beside a list of what should be in it. */
class Twin {
  readonly stream: StreamValue;
  entries: { readonly id: StreamId; readonly fields: readonly string[] }[] = [];

  constructor(context: ValueContext) {
    this.stream = new StreamValue(context);
  }

  take(step: Step): void {
    if (step.kind === 'append') this.#append(step.gap, step.fields);
    else if (step.kind === 'delete') this.#delete(this.#idAt(step.place));
    else if (step.kind === 'range') this.#compareRange(this.#idAt(step.place), this.#idAt(step.other), step.limit);
    else this.#trim(step.kind, step.place);
    assert.equal(this.stream.size, this.entries.length);
    assert.equal(this.stream.firstId.toString(), this.entries[0]?.id.toString() ?? '0-0');
  }

  get expected(): Entry[] {
    return this.entries.map(({ id, fields }) => [id.toString(), fields]);
  }

  #append(gap: number, fields: readonly string[]): void {
    const { lastId } = this.stream;
    const id = gap === 0 ? lastId.copy() : new StreamId(Number(lastId.ms) + gap, 5);
    id.increment();
    append(this.stream, id, fields);
    this.entries.push({ id, fields });
  }

  #delete(id: StreamId): void {
    const index = this.entries.findIndex((entry) => entry.id.compare(id) === 0);
    assert.equal(this.stream.delete(id), index >= 0);
    if (index >= 0) this.entries.splice(index, 1);
    assert.equal(this.stream.delete(id), false);
  }

  #trim(kind: 'length' | 'id', place: number): void {
    const count = Math.floor((this.entries.length * place) / 2);
    const id = this.entries[count]?.id ?? MIN_ID;
    assert.equal(this.stream.trim(kind === 'length' ? byLength(this.entries.length - count) : byId(id)), count);
    this.entries = this.entries.slice(count);
  }

  #compareRange(one: StreamId, other: StreamId, limit: number): void {
    const [from, to] = one.compare(other) <= 0 ? [one, other] : [other, one];
    const within = this.entries.filter(({ id }) => id.compare(from) >= 0 && id.compare(to) <= 0).map(({ id, fields }) => [id.toString(), fields]);
    assert.deepEqual(range(this.stream, from, to, false, limit), within.slice(0, limit));
    assert.deepEqual(range(this.stream, from, to, true, limit), within.toReversed().slice(0, limit));
  }

  /** An id that is there, mostly. */
  #idAt(place: number): StreamId {
    const entry = this.entries[Math.floor(place * (this.entries.length + 1))];
    return entry?.id.copy() ?? new StreamId(3, 3);
  }
}

for (const [name, limits] of [
  ['ordinary', {}],
  ['small', { streamNodeMaxEntries: 3 }],
  ['unlimited', { streamNodeMaxEntries: 0, streamNodeMaxBytes: 0 }],
] as const) {
  t.test(`property: a stream of ${name} nodes holds what a list of entries would, and gives all of its memory back`, async (t) => {
    const property = fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const context = valueContext(limits);
      const twin = new Twin(context);
      for (const step of steps) twin.take(step);
      assert.deepEqual(range(twin.stream), twin.expected);
      assert.deepEqual(range(twin.stream, MIN_ID, MAX_ID, true), twin.expected.toReversed());
      assert.equal(twin.stream.bytes, context.memory.usedBytes);
      const copy = twin.stream.copy();
      assert.ok(twin.stream.dispose(Number.POSITIVE_INFINITY));
      assert.deepEqual(range(copy), twin.expected);
      assert.ok(copy.dispose(Number.POSITIVE_INFINITY));
      assert.equal(context.memory.usedBytes, 0);
    });
    t.doesNotThrow(() => fc.assert(property, { numRuns: 25 }));
  });
}

t.test('a node takes a hundred entries, or four kilobytes', async (t) => {
  t.strictSame([1, 100, 101, 250].map((count) => streamOf(count).nodeCount), [1, 1, 2, 3]);
  const stream = new StreamValue(valueContext());
  for (let i = 1; i <= 9; i++) append(stream, new StreamId(i, 0), ['f', 'x'.repeat(1000)]);
  t.equal(stream.nodeCount, 3, 'four to a node');
});

t.test('a trimming that is approximate takes only whole nodes, and not more than it may', async (t) => {
  const lengthAfter = (maxLength: number, limit: number) => {
    const stream = streamOf(1000);
    stream.trim({ maxLength, minId: undefined, isApproximate: true, limit });
    return stream.size;
  };
  t.strictSame([999, 901, 900, 250, 0].map((length) => lengthAfter(length, Number.POSITIVE_INFINITY)), [1000, 1000, 900, 300, 0]);
  t.strictSame([99, 100, 299].map((limit) => lengthAfter(0, limit)), [1000, 900, 800]);
  const stream = streamOf(1000);
  t.equal(stream.trim({ ...byId(new StreamId(351, 0)), isApproximate: true }), 300);
  t.equal(stream.firstId.toString(), '301-0');
});

t.test('ids may be as large as 64 bits allow, in both parts', async (t) => {
  const stream = new StreamValue(valueContext());
  const ids = [[5, MAX_ID.seq], [6, 0], [2 ** 53 - 1, 1], [2n ** 53n, 0], [2n ** 63n, 2n ** 63n], [MAX_ID.ms, 3], [MAX_ID.ms, MAX_ID.seq]] as const;
  for (const [ms, seq] of ids) append(stream, new StreamId(ms, seq), ['f', 'v']);
  t.strictSame(range(stream).map(([id]) => id), ids.map(([ms, seq]) => `${ms}-${seq}`));
  t.ok(ids.every(([ms, seq]) => stream.find(new StreamId(ms, seq)) !== undefined));
});

t.test('the id behind and before another one carries over', async (t) => {
  const next = (ms: number | bigint, seq: number | bigint) => {
    const id = new StreamId(ms, seq);
    return id.increment() ? id.toString() : 'none';
  };
  const previous = (ms: number | bigint, seq: number | bigint) => {
    const id = new StreamId(ms, seq);
    return id.decrement() ? id.toString() : 'none';
  };
  t.strictSame([next(0, 0), next(1, MAX_ID.seq), next(1, 2 ** 53 - 1), next(MAX_ID.ms, MAX_ID.seq)], ['0-1', '2-0', '1-9007199254740992', 'none']);
  t.strictSame([previous(0, 0), previous(1, 0), previous(1, 2n ** 53n)], ['none', '0-18446744073709551615', '1-9007199254740991']);
});

// --- Groups

/** What is pending, by the group and by each of its consumers. */
function pendingOf(group: StreamGroup): readonly (readonly string[])[] {
  const id = new StreamId();
  const ofAll: string[] = [];
  for (let more = group.pending.seek(MIN_ID); more; more = group.pending.next()) ofAll.push(`${group.pending.readId(id)} ${group.owner.name}`);
  const ofEach: string[] = [];
  for (const { name, pending } of group.consumers) {
    for (let more = pending.seek(MIN_ID); more; more = pending.next()) ofEach.push(`${pending.readId(id)} ${name}`);
  }
  return [ofAll.sort(), ofEach.sort()];
}

const groupStep = fc.record({
  kind: fc.constantFrom('deliver', 'deliver', 'deliver', 'forget', 'claim', 'leave'),
  name: fc.constantFrom('a', 'b', 'c'),
  id: fc.nat(40),
});

t.test('property: an entry is pending for one consumer, in the table of the group and in its own', async (t) => {
  const property = fc.property(fc.array(groupStep, { maxLength: 200, size: 'max' }), (steps) => {
    const context = valueContext();
    const stream = new StreamValue(context);
    stream.addGroup('g', MIN_ID, undefined);
    const group = stream.group('g') as StreamGroup;
    const owners = new Map<number, string>();
    for (const { kind, name, id } of steps) {
      const streamId = new StreamId(id, 0);
      const consumer = group.consumer(name) ?? group.addConsumer(name, 0);
      if (kind === 'deliver') {
        group.deliver(streamId, consumer, 0);
        owners.set(id, name);
      } else if (kind === 'forget') assert.equal(group.forget(streamId), owners.delete(id));
      else if (kind === 'claim') {
        if (group.pending.find(streamId)) {
          group.assign(streamId, consumer);
          owners.set(id, name);
        }
      } else {
        const theirs = [...owners].filter(([, owner]) => owner === name);
        assert.equal(group.removeConsumer(consumer), theirs.length);
        for (const [id] of theirs) owners.delete(id);
      }
    }
    const expected = [...owners].map(([id, name]) => `${id}-0 ${name}`).sort();
    assert.deepEqual(pendingOf(group), [expected, expected]);
    const copy = stream.copy();
    assert.ok(stream.dispose(Number.POSITIVE_INFINITY));
    assert.deepEqual(pendingOf(copy.group('g') as StreamGroup), [expected, expected]);
    assert.ok(copy.removeGroup('g'));
    assert.equal(context.memory.usedBytes, 0);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 40 }));
});

// --- Memory

t.test('a large stream is disposed of in slices, and gives back what it says that it takes', async (t) => {
  const context = valueContext();
  const stream = streamOf(20_000, context);
  stream.addGroup('g', MIN_ID, 0);
  const group = stream.group('g') as StreamGroup;
  const consumer = group.addConsumer('c', 0);
  stream.range(MIN_ID, MAX_ID, false, 5000, ({ id }) => group.deliver(id, consumer, 0));
  t.equal(stream.bytes, context.memory.usedBytes);
  let slices = 1;
  while (!stream.dispose(500)) slices++;
  t.ok(slices > 40, `${slices} slices`);
  t.equal(context.memory.usedBytes, 0);
});

t.test('an entry that does not fit into memory is not in the stream, and all others are', async (t) => {
  for (const bytes of [5, 3000, 100_000]) {
    const context = valueContext({}, new Memory(8 * 2 ** 20));
    for (let i = 0; i < 480; i++) context.memory.allocate(16_384);
    const stream = new StreamValue(context);
    let added = 0;
    const fill = () => {
      for (;; added++) append(stream, new StreamId(added + 1, 0), ['f', 'x'.repeat(bytes)]);
    };
    t.throws(fill, OutOfMemory);
    t.equal(stream.size, added);
    t.equal(stream.lastId.toString(), `${added}-0`);
    t.equal(range(stream).at(-1)?.[0] ?? '0-0', `${added}-0`);
  }
});
