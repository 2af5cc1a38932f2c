import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';
import { PendingTable } from '../../src/values/pending-table.js';
import { MAX_ID, MIN_ID, StreamId } from '../../src/values/stream-id.js';

const id = new StreamId();

/** All that a table tells from an id on, in its order. */
function records(table: PendingTable, from: Readonly<StreamId> = MIN_ID): string[] {
  const seen: string[] = [];
  for (let more = table.seek(from); more; more = table.next()) {
    seen.push(`${table.readId(id)} ${table.deliveredMs} ${table.deliveries} ${table.owner}`);
  }
  return seen;
}

/** A time that goes with an id. */
function deliveredMs(seq: number | bigint): number {
  return 1_700_000_000_000 + Number(BigInt(seq) % 100n);
}

/** A count that goes with an id, as large as one may be. */
function deliveriesOf(seq: number | bigint): bigint {
  return BigInt.asIntN(64, BigInt(seq) - 3n);
}

function add(table: PendingTable, ms: number | bigint, seq: number | bigint): boolean {
  const isNew = table.add(new StreamId(ms, seq));
  table.deliveredMs = deliveredMs(seq);
  table.deliveries = deliveriesOf(seq);
  table.owner = 7;
  return isNew;
}

const large = [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const part = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 40 }) }, { weight: 1, arbitrary: fc.constantFrom(...large) });
const step = fc.record({ kind: fc.constantFrom('add', 'add', 'add', 'add', 'remove', 'sweep'), ms: part, seq: part });

t.test('property: a table holds what a sorted list of ids would, in order, and gives all of its memory back', async (t) => {
  const property = fc.property(fc.array(step, { maxLength: 700, size: 'max' }), (steps) => {
    const memory = new Memory();
    const table = new PendingTable(memory);
    const model = new Map<string, { readonly id: StreamId; readonly line: string }>();
    const lines = (from = MIN_ID) =>
      [...model.values()].filter((one) => one.id.compare(from) >= 0).sort((one, other) => one.id.compare(other.id)).map(({ line }) => line);
    for (const { kind, ms, seq } of steps) {
      const wanted = new StreamId(ms, seq);
      const key = `${wanted}`;
      if (kind === 'add') {
        assert.equal(add(table, ms, seq), !model.has(key));
        model.set(key, { id: wanted, line: `${key} ${deliveredMs(seq)} ${deliveriesOf(seq)} 7` });
      } else if (kind === 'remove') {
        assert.equal(table.find(wanted), model.has(key));
        if (model.delete(key)) table.remove();
      } else {
        // Acknowledges some in order, as consumers do.
        for (let left = 20; left > 0 && table.seek(wanted); left--) {
          model.delete(`${table.readId(id)}`);
          table.remove();
        }
      }
      assert.equal(table.size, model.size);
    }
    assert.deepEqual(records(table), lines());
    assert.deepEqual(records(table, new StreamId(20, 5)), lines(new StreamId(20, 5)));
    assert.equal(table.seekLast() && `${table.readId(id)}`, lines().at(-1)?.split(' ')[0] ?? false);
    assert.equal(table.bytes, memory.usedBytes);
    const copy = table.copy();
    assert.ok(table.dispose(Number.POSITIVE_INFINITY));
    assert.deepEqual(records(copy), lines());
    assert.equal(copy.bytes, memory.usedBytes);
    assert.ok(copy.dispose(Number.POSITIVE_INFINITY));
    assert.equal(memory.usedBytes, 0);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 60 }));
});

t.test('ids that come in order fill the blocks, and those that go in any order leave few behind', async (t) => {
  const table = new PendingTable(new Memory());
  for (let i = 0; i < 10_000; i++) add(table, i, 0);
  t.ok(table.bytes / table.size < 42, `${table.bytes / table.size} bytes a record`);
  for (let i = 0; i < 10_000; i++) if (i % 50 > 0 && table.find(new StreamId((i * 7919) % 10_000, 0))) table.remove();
  t.ok(table.bytes / table.size < 200, `${table.bytes / table.size} bytes a record of ${table.size}`);
  t.notOk(table.find(MAX_ID));
});

t.test('an id that does not fit into memory is not in the table, and all others are', async (t) => {
  const memory = new Memory(8 * 2 ** 20);
  for (let i = 0; i < 495; i++) memory.allocate(16_384);
  const table = new PendingTable(memory);
  let added = 0;
  const fill = () => {
    for (;; added++) add(table, (added * 7919) % 1_000_003, 1);
  };
  t.throws(fill, OutOfMemory);
  t.equal(table.size, added);
  t.equal(records(table).length, added);
});
