import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import type { Database } from '../../src/store/database.js';
import { Keyspace } from '../../src/store/keyspace.js';
import { STRING } from '../../src/store/meta.js';
import { HashValue } from '../../src/values/hash-value.js';

const START_MS = 1_700_000_000_000;
const NEVER = Number.POSITIVE_INFINITY;

interface Expected {
  value: string;
  deadlineMs: number;
  isHash: boolean;
}

/** A database and what it should hold. */
class Modelled {
  readonly keyspace: Keyspace;
  readonly db: Database;
  readonly model = new Map<string, Expected>();
  readonly #emptyBytes: number;

  constructor(memory = new Memory()) {
    this.keyspace = new Keyspace(2, memory);
    this.keyspace.advance(START_MS);
    this.db = this.keyspace.databases[0] as Database;
    this.#emptyBytes = memory.usedBytes;
  }

  find(name: string): number {
    const key = Buffer.from(name);
    return this.db.find(key, 0, key.length);
  }

  set(name: string, value: string, keepDeadline: boolean): void {
    const key = Buffer.from(name);
    const bytes = Buffer.from(`..${value}.`);
    const before = this.model.get(name);
    this.db.setString(key, 0, key.length, bytes, 2, bytes.length - 1, keepDeadline);
    this.model.set(name, { value, deadlineMs: keepDeadline && before !== undefined ? before.deadlineMs : NEVER, isHash: false });
  }

  setHash(name: string, fields: number): void {
    const hash = new HashValue(this.keyspace);
    try {
      for (let i = 0; i < fields; i++) {
        const field = Buffer.from(`field${i}`);
        hash.set(field, 0, field.length, field, 0, field.length);
      }
    } catch (error) {
      hash.dispose(fields);
      throw error;
    }
    const key = Buffer.from(name);
    this.db.setCollection(key, 0, key.length, hash);
    this.model.set(name, { value: String(fields), deadlineMs: NEVER, isHash: true });
  }

  rewrite(name: string, value: string): void {
    const entry = this.find(name);
    const expected = this.model.get(name);
    if (entry === 0 || expected === undefined || expected.isHash) return;
    const bytes = Buffer.from(`..${value}.`);
    assert.equal(this.db.rewriteString(entry, bytes, 2, bytes.length - 1), this.find(name));
    expected.value = value;
  }

  resize(name: string, length: number): void {
    const entry = this.find(name);
    const expected = this.model.get(name);
    if (entry === 0 || expected === undefined || expected.isHash) return;
    const before = expected.value.length;
    const { buffer, end } = this.db.stringOf(this.db.resizeString(entry, length));
    if (length > before) buffer.fill('+', end - (length - before), end);
    expected.value = expected.value.slice(0, length).padEnd(length, '+');
  }

  setDeadline(name: string, ttlMs: number): void {
    const entry = this.find(name);
    if (entry === 0) return;
    const deadlineMs = ttlMs === NEVER ? NEVER : this.keyspace.nowMs + ttlMs;
    if (deadlineMs === NEVER) this.db.clearDeadline(entry);
    else this.db.setDeadline(entry, deadlineMs);
    this.model.get(name)!.deadlineMs = deadlineMs;
  }

  remove(name: string): void {
    const entry = this.find(name);
    if (entry !== 0) this.db.remove(entry);
    this.model.delete(name);
  }

  advance(ms: number): void {
    this.keyspace.advance(this.keyspace.nowMs + ms);
    for (const [name, { deadlineMs }] of this.model) if (deadlineMs <= this.keyspace.nowMs) this.model.delete(name);
  }

  check(names: Iterable<string>): void {
    for (const name of names) {
      const entry = this.find(name);
      const expected = this.model.get(name);
      assert.equal(entry !== 0, expected !== undefined, name);
      if (expected !== undefined) this.#checkEntry(entry, name, expected);
    }
    assert.equal(this.db.size, this.model.size);
    assert.equal(this.db.expiring, [...this.model.values()].filter(({ deadlineMs }) => deadlineMs !== NEVER).length);
  }

  #checkEntry(entry: number, name: string, { value, deadlineMs, isHash }: Expected): void {
    assert.equal(this.db.keyOf(entry).toString(), name);
    assert.equal(this.db.deadlineOf(entry), deadlineMs);
    assert.equal(this.db.typeOf(entry) !== STRING, isHash);
    if (isHash) {
      assert.equal(this.db.collectionOf(entry).size, Number(value));
      return;
    }
    assert.equal(this.db.stringOf(entry).copy().toString(), value);
    assert.equal(this.db.replyOf(entry).copy().toString(), `$${value.length}\r\n${value}\r\n`);
  }

  /** Flushes, and sees that all memory has been given back. */
  end(): void {
    for (const db of this.keyspace.databases) this.keyspace.flush(db);
    while (this.keyspace.reclamation.slice(0));
    assert.equal(this.keyspace.memory.usedBytes, this.#emptyBytes);
    assert.equal(this.keyspace.collections.count, 0);
  }
}

const NAMES = Array.from({ length: 12 }, (_, index) => 'k'.repeat(index * 7) + index);
const name = fc.constantFrom(...NAMES);
const length = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constantFrom(9, 10, 99, 100, 999, 1000, 9999, 16_300, 16_350, 16_384, 20_000, 40_000));
const ttl = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(NEVER));
const step = fc.oneof(
  fc.record({ action: fc.constant('set' as const), name, length, keep: fc.boolean() }),
  fc.record({ action: fc.constant('rewrite' as const), name, length }),
  fc.record({ action: fc.constant('resize' as const), name, length }),
  fc.record({ action: fc.constant('hash' as const), name, length: fc.integer({ min: 1, max: 700 }) }),
  fc.record({ action: fc.constant('deadline' as const), name, ttl }),
  fc.record({ action: fc.constant('remove' as const), name }),
  fc.record({ action: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 300 }) }),
);

t.test('property: a database holds what a Map would, through values of all sizes and deadlines that come and go', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const modelled = new Modelled();
      steps.forEach((next, index) => {
        const letter = String.fromCodePoint(97 + (index % 26));
        if (next.action === 'set') modelled.set(next.name, letter.repeat(next.length), next.keep);
        else if (next.action === 'rewrite') modelled.rewrite(next.name, letter.repeat(next.length));
        else if (next.action === 'resize') modelled.resize(next.name, next.length);
        else if (next.action === 'hash') modelled.setHash(next.name, next.length);
        else if (next.action === 'deadline') modelled.setDeadline(next.name, next.ttl);
        else if (next.action === 'remove') modelled.remove(next.name);
        else modelled.advance(next.ms);
        modelled.check(NAMES);
      });
      modelled.end();
    }),
    { numRuns: 150 },
  );
});

t.test('a key whose deadline has come is counted once, and what it held is given back', async (t) => {
  const modelled = new Modelled();
  modelled.setHash('hash', 100);
  modelled.set('string', 'value', false);
  for (const key of ['hash', 'string']) modelled.setDeadline(key, 5);
  t.equal(modelled.find('hash') !== 0, true);
  modelled.advance(5);
  t.strictSame(['hash', 'string', 'hash'].map((key) => modelled.find(key)), [0, 0, 0]);
  t.equal(modelled.keyspace.stats.expired, 2);
  modelled.end();
});

t.test('two databases that changed places have each other\'s keys, with their deadlines', async (t) => {
  const modelled = new Modelled();
  const [first, second] = modelled.keyspace.databases as [Database, Database];
  modelled.set('key', 'value', false);
  modelled.setDeadline('key', 5);
  first.swap(second);
  t.strictSame([first.size, first.expiring, second.size, second.expiring], [0, 0, 1, 1]);
  modelled.keyspace.advance(START_MS + 5);
  t.equal(second.find(Buffer.from('key'), 0, 3), 0);
  modelled.end();
});

t.test('of many collections that go together each step gives back few elements', async (t) => {
  const modelled = new Modelled();
  const { reclamation, memory } = modelled.keyspace;
  for (let i = 0; i < 50; i++) modelled.setHash(`hash${i}`, 600);
  const bytesOfOne = modelled.keyspace.bytesOf(modelled.db, modelled.find('hash0'));
  modelled.keyspace.flush(modelled.db);
  modelled.model.clear();
  for (let isMore = true; isMore; ) {
    const before = memory.usedBytes;
    isMore = reclamation.slice(0);
    t.ok(before - memory.usedBytes < 2 * bytesOfOne, 'one of them, or the table of all');
  }
  modelled.end();
});

t.test('a large string that gets a deadline is not copied', async (t) => {
  const modelled = new Modelled();
  modelled.set('key', 'x'.repeat(100_000), false);
  const entry = modelled.find('key');
  t.equal(modelled.db.setDeadline(entry, START_MS + 5), entry);
  modelled.setDeadline('key', 5);
  modelled.check(['key']);
  modelled.end();
});

t.test('a large string that grows step by step is rarely copied', async (t) => {
  const modelled = new Modelled();
  modelled.set('key', 'x'.repeat(20_000), false);
  let moves = 0;
  for (let bytes = 20_100; bytes < 200_000; bytes += 100) {
    const { buffer } = modelled.db.stringOf(modelled.find('key'));
    modelled.resize('key', bytes);
    if (modelled.db.stringOf(modelled.find('key')).buffer !== buffer) moves++;
  }
  modelled.check(['key']);
  t.ok(moves < 25, `${moves} copies`);
  modelled.end();
});

t.test('where memory ends, all that was there before is still there, and nothing is lost of what could not be added', async (t) => {
  for (const kind of ['set', 'setHash'] as const) {
    const modelled = new Modelled(new Memory(512 * 1024));
    t.throws(() => {
      for (let i = 0; ; i++) {
        if (kind === 'set') modelled.set(`key${i}`, 'value', false);
        else modelled.setHash(`key${i}`, 1);
      }
    }, OutOfMemory);
    t.ok(modelled.model.size > 1000);
    modelled.check(modelled.model.keys());
    for (const name of [...modelled.model.keys()].slice(0, 500)) modelled.remove(name);
    modelled.set('another', 'value', false);
    modelled.check(modelled.model.keys());
    modelled.end();
  }
});
