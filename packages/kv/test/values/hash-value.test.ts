import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { type FieldVisitor, HashValue } from '../../src/values/hash-value.js';
import { valueContext } from '../support/value-context.js';

/** What a visiting method shows. */
function shown(visit: (visitor: FieldVisitor) => void): [field: string, value: string][] {
  const pairs: [string, string][] = [];
  visit((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
    pairs.push([buffer.toString('latin1', fieldStart, fieldEnd), buffer.toString('latin1', valueStart, valueEnd)]);
  });
  return pairs;
}

/** Calls a method with a field that lies somewhere in a buffer. */
function on<T>(field: string, method: (buffer: Buffer, start: number, end: number) => T): T {
  return method(Buffer.from(`<<${field}>>`, 'latin1'), 2, field.length + 2);
}

function set(hash: HashValue, field: string, value: string): boolean {
  const bytes = Buffer.from(`<${value}>`, 'latin1');
  return on(field, (buffer, start, end) => hash.set(buffer, start, end, bytes, 1, bytes.length - 1));
}

function get(hash: HashValue, field: string): string | undefined {
  return on(field, (buffer, start, end) => hash.get(buffer, start, end)?.copy().toString('latin1'));
}

function pairs(hash: HashValue): [field: string, value: string][] {
  return shown((visit) => hash.forEach(visit));
}

function hashOf(count: number, limits = {}): HashValue {
  const hash = new HashValue(valueContext(limits));
  for (let i = 0; i < count; i++) set(hash, `field:${i}`, `value:${i}`);
  return hash;
}

const field = fc.oneof(fc.integer({ min: 0, max: 30 }).map(String), fc.string({ maxLength: 2, unit: 'binary-ascii' }));
const long = fc.constantFrom(65, 254, 255, 3000, 20_000).map((length) => 'v'.repeat(length));
const step = (value: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), field, value }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), field }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), field }) },
  );
type Step = ReturnType<typeof step> extends fc.Arbitrary<infer S> ? S : never;

function apply(hash: HashValue, model: Map<string, string>, step: Step): void {
  if (step.kind === 'set') {
    assert.equal(set(hash, step.field, step.value), !model.has(step.field));
    model.set(step.field, step.value);
  } else if (step.kind === 'get') {
    assert.equal(get(hash, step.field), model.get(step.field));
    assert.equal(on(step.field, (buffer, start, end) => hash.has(buffer, start, end)), model.has(step.field));
  } else {
    assert.equal(on(step.field, (buffer, start, end) => hash.delete(buffer, start, end)), model.delete(step.field));
  }
}

for (const [name, value, limits] of [
  ['small', fc.string({ maxLength: 20, unit: 'binary-ascii' }), {}],
  ['small, with long values,', fc.oneof(long, fc.string()), { hashMaxListpackValue: 100_000 }],
  ['growing', fc.oneof({ weight: 20, arbitrary: fc.string() }, { weight: 1, arbitrary: long }), { hashMaxListpackEntries: 12 }],
] as const) {
  t.test(`property: a ${name} hash holds what a Map would, and gives all of its memory back`, async () => {
    fc.assert(
      fc.property(fc.array(step(value), { maxLength: 120, size: 'max' }), (steps) => {
        const context = valueContext(limits);
        const hash = new HashValue(context);
        const model = new Map<string, string>();
        for (const step of steps) apply(hash, model, step);
        assert.equal(hash.size, model.size);
        const isSame = (hash: HashValue) => {
          if (hash.encoding === 'listpack') assert.deepEqual(pairs(hash), [...model]);
          else assert.deepEqual(new Map(pairs(hash)), model);
        };
        isSame(hash);
        const copy = hash.copy();
        assert.ok(hash.dispose(Number.POSITIVE_INFINITY));
        isSame(copy);
        assert.ok(copy.dispose(Number.POSITIVE_INFINITY));
        assert.equal(context.memory.usedBytes, 0);
      }),
      { numRuns: 60 },
    );
  });
}

t.test('a hash becomes a table with the field that is one too many, and stays one', async (t) => {
  const hash = hashOf(128);
  t.equal(hash.encoding, 'listpack');
  set(hash, 'field:5', 'other');
  t.equal(hash.encoding, 'listpack', 'a field that is there is not one more');
  set(hash, 'another', 'x');
  t.equal(hash.encoding, 'hashtable');
  on('another', (buffer, start, end) => hash.delete(buffer, start, end));
  t.equal(hash.encoding, 'hashtable');
  t.equal(get(hash, 'field:5'), 'other');
});

t.test('a hash becomes a table with the first field or value that is too long', async (t) => {
  for (const [field, value] of [['f'.repeat(65), 'v'], ['field:1', 'v'.repeat(65)]] as const) {
    const hash = hashOf(3);
    set(hash, 'f'.repeat(64), 'v'.repeat(64));
    t.equal(hash.encoding, 'listpack');
    set(hash, field, value);
    t.equal(hash.encoding, 'hashtable');
    t.equal(get(hash, field), value);
  }
});

t.test('a field is found among values that read the same', async (t) => {
  const hash = new HashValue(valueContext());
  set(hash, 'a', 'b');
  t.equal(get(hash, 'b'), undefined);
  t.ok(set(hash, 'b', 'a'));
  t.strictSame(pairs(hash), [['a', 'b'], ['b', 'a']]);
});

t.test('a value may be large, and change its size', async (t) => {
  const hash = hashOf(1000);
  for (const length of [5_000_000, 100, 0, 70_000, 70_000]) {
    const value = String(length % 7).repeat(length);
    set(hash, 'field:7', value);
    t.equal(get(hash, 'field:7'), value);
  }
  t.equal(hash.size, 1000);
  t.equal(get(hash, 'field:8'), 'value:8');
});

t.test('a scan shows each field once, with its value; a small hash at once', async (t) => {
  for (const size of [20, 3000]) {
    const hash = hashOf(size);
    const seen = new Map<string, string>();
    let cursor = 0;
    let steps = 0;
    do {
      cursor = hash.scan(cursor, 10, (buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
        seen.set(buffer.toString('latin1', fieldStart, fieldEnd), buffer.toString('latin1', valueStart, valueEnd));
      });
      steps++;
    } while (cursor !== 0);
    t.strictSame(seen, new Map(pairs(hash)));
    t.ok(size === 20 ? steps === 1 : steps > 50);
  }
});

t.test('fields are drawn with their values, each with the same chance', async (t) => {
  for (const size of [20, 2000]) {
    const hash = hashOf(size);
    const times = new Map<string, number>();
    for (const [field, value] of shown((visit) => hash.draw(size * 50, visit))) {
      assert.equal(value, field.replace('field', 'value'));
      times.set(field, (times.get(field) ?? 0) + 1);
    }
    t.equal(times.size, size);
    t.ok(Math.max(...times.values()) < 200);
  }
});

t.test('a sample is of different fields, from a few of them to all', async (t) => {
  for (const size of [20, 2000]) {
    const hash = hashOf(size);
    for (const count of [1, size / 10, size / 2, size - 1, size, size + 1]) {
      const sample = shown((visit) => hash.sample(count, visit));
      t.equal(new Set(sample.map(([field]) => field)).size, Math.min(count, size));
      t.ok(sample.every(([field, value]) => get(hash, field) === value));
    }
  }
});

t.test('what a hash says that it takes is what it gives back', async (t) => {
  for (const size of [20, 3000]) {
    const context = valueContext();
    const hash = new HashValue(context);
    for (let i = 0; i < size; i++) set(hash, `f${i}`, 'x'.repeat(i % 50));
    for (let i = 0; i < size; i++) set(hash, `f${i}`, 'x'.repeat(i % 70));
    const used = context.memory.usedBytes;
    t.ok(Math.abs(hash.bytes - used) <= 64, `${hash.bytes} of ${used}`);
    let slices = 1;
    while (!hash.dispose(100)) slices++;
    t.equal(context.memory.usedBytes, 0);
    t.ok(size === 20 ? slices === 1 : slices > 3);
  }
});

t.test('a hash that does not fit into memory says so, and is as it was', async (t) => {
  const context = valueContext({ hashMaxListpackValue: 2 ** 30 }, new Memory(9 * 2 ** 20));
  for (const encoding of ['listpack', 'hashtable']) {
    const hash = new HashValue(context);
    set(hash, 'a', '1');
    if (encoding === 'hashtable') for (let i = 0; i < 200; i++) set(hash, String(i), '1');
    const before = pairs(hash);
    t.equal(hash.encoding, encoding);
    t.throws(() => set(hash, 'b', 'x'.repeat(2 ** 22)), OutOfMemory);
    t.throws(() => set(hash, 'a', 'x'.repeat(2 ** 22)), OutOfMemory);
    t.strictSame(pairs(hash), before);
  }
});
