import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { EffectReader } from '../../src/log/effect-reader.js';
import { EffectWriter } from '../../src/log/effect-writer.js';
import { MalformedRecordError } from '../../src/log/malformed-record-error.js';
import { RecordBuffer } from '../../src/log/record-buffer.js';
import { RECORD_HEADER_BYTES } from '../../src/log/record-header.js';
import { CLOSING, EFFECTS, closingRecord, readClosing } from '../../src/log/record-kind.js';
import { Request } from '../../src/protocol/request.js';

interface Effect {
  readonly database: number;
  readonly args: readonly string[];
}

const effect: fc.Arbitrary<Effect> = fc.record({
  database: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(300)),
  args: fc.array(fc.string({ unit: 'binary-ascii', maxLength: 200 }), { minLength: 1, maxLength: 100 }),
}, { noNullPrototype: true });

function requestOf(args: readonly string[]): Request {
  return new Request(args.map((arg) => Buffer.from(arg, 'latin1')));
}

/** The effects of a payload. */
function effectsOf(bytes: Buffer, start: number, end: number): Effect[] {
  const reader = new EffectReader();
  const found: Effect[] = [];
  reader.begin(bytes, start, end);
  while (reader.next()) {
    const args = Array.from({ length: reader.count }, (_, i) => reader.source.toString('latin1', reader.starts[i], reader.ends[i]));
    found.push({ database: reader.database, args });
  }
  return found;
}

function payloadOf(record: RecordBuffer): [bytes: Buffer, start: number, end: number] {
  return [record.bytes, RECORD_HEADER_BYTES, record.end];
}

t.test('effects are read as they were written, record by record', async () => {
  fc.assert(fc.property(fc.array(fc.array(effect, { minLength: 1, maxLength: 12 }), { maxLength: 6 }), (records) => {
    const record = new RecordBuffer();
    const writer = new EffectWriter(record);
    for (const effects of records) {
      record.clear();
      for (const { database, args } of effects) writer.write(database, requestOf(args));
      assert.deepEqual(effectsOf(...payloadOf(record)), effects);
    }
  }));
});

t.test('effects that are put off to the next record are in the same databases there', async () => {
  const parts = fc.tuple(fc.array(effect, { minLength: 1, maxLength: 5 }), fc.array(effect, { minLength: 1, maxLength: 5 }), fc.array(effect, { maxLength: 5 }));
  fc.assert(fc.property(parts, ([complete, begun, later]) => {
    const first = new EffectWriter(new RecordBuffer());
    const second = new EffectWriter(new RecordBuffer());
    for (const { database, args } of complete) first.write(database, requestOf(args));
    const { end } = first.record;
    const { database: last } = first;
    for (const { database, args } of begun) first.write(database, requestOf(args));
    second.takeFrom(first, end, last);
    for (const { database, args } of later) second.write(database, requestOf(args));
    assert.deepEqual(effectsOf(...payloadOf(first.record)), complete);
    assert.deepEqual(effectsOf(...payloadOf(second.record)), [...begun, ...later]);
  }));
});

t.test('a request with 100,000 arguments and one of 10 MB are effects like others', async () => {
  const effects = [
    { database: 0, args: Array.from({ length: 100_000 }, (_, i) => String(i)) },
    { database: 3, args: ['SET', 'key', 'v'.repeat(10_000_000)] },
  ];
  const record = new RecordBuffer();
  const writer = new EffectWriter(record);
  for (const { database, args } of effects) writer.write(database, requestOf(args));
  assert.deepEqual(effectsOf(...payloadOf(record)), effects);
});

t.test('a record may be larger than 2 GB', async () => {
  const BYTES = 512 * 1024 * 1024;
  // Nobody looks at what is in the arguments: of these bytes hardly any is ever in memory.
  const bytes = Buffer.alloc(6 * (BYTES + 16));
  bytes[0] = EFFECTS;
  let end = 1;
  const length = new RecordBuffer();
  length.varint(1);
  length.varint(BYTES);
  for (let i = 0; i < 6; i++) {
    bytes.set(length.bytes.subarray(RECORD_HEADER_BYTES, length.end), end);
    end += length.payloadBytes;
    bytes[end] = 97 + i;
    end += BYTES;
  }
  const reader = new EffectReader();
  reader.begin(bytes, 0, end);
  let found = '';
  while (reader.next()) {
    const start = reader.starts[0] as number;
    assert.equal((reader.ends[0] as number) - start, BYTES);
    found += String.fromCharCode(reader.source[start] as number);
  }
  assert.equal(found, 'abcdef');
});

t.test('a closing record names the next log and is not taken for effects, nor effects for it', async () => {
  const record = closingRecord(2 ** 40);
  assert.equal(readClosing(...payloadOf(record)), 2 ** 40);
  assert.throws(() => effectsOf(...payloadOf(record)), MalformedRecordError);
  record.byte(0);
  assert.throws(() => readClosing(...payloadOf(record)), MalformedRecordError);
  record.clear();
  new EffectWriter(record).write(0, requestOf(['SET', 'a', 'b']));
  assert.equal(readClosing(...payloadOf(record)), undefined);
});

t.test('a payload that ends too early is refused, at each offset but those between two effects', async () => {
  const record = new RecordBuffer();
  const writer = new EffectWriter(record);
  const boundaries = [RECORD_HEADER_BYTES + 1];
  for (const args of [['SET', 'key', 'x'.repeat(150)], ['DEL', ''], ['PING']]) {
    writer.write(7, requestOf(args));
    boundaries.push(record.end);
  }
  for (let end = RECORD_HEADER_BYTES; end <= record.end; end++) {
    if (boundaries.includes(end)) assert.equal(effectsOf(record.bytes, RECORD_HEADER_BYTES, end).length, boundaries.indexOf(end));
    else assert.throws(() => effectsOf(record.bytes, RECORD_HEADER_BYTES, end), MalformedRecordError, String(end));
  }
});

t.test('nothing in a payload leads beyond it', async () => {
  const bytes = fc.array(fc.oneof(fc.nat(255), fc.nat(4), fc.constant(255)), { maxLength: 40 });
  fc.assert(fc.property(bytes, fc.constantFrom(EFFECTS, CLOSING), (payload, kind) => {
    const buffer = Buffer.from([99, kind, ...payload, 99]);
    const reader = new EffectReader();
    try {
      reader.begin(buffer, 1, buffer.length - 1);
      while (reader.next()) {
        for (let i = 0; i < reader.count; i++) {
          const [start, end] = [reader.starts[i] as number, reader.ends[i] as number];
          assert.ok(start >= 2 && start <= end && end < buffer.length);
        }
      }
    } catch (error) {
      assert.ok(error instanceof MalformedRecordError);
    }
  }), { numRuns: 1000 });
});

t.test('a number of arguments that a payload cannot have takes no memory', async () => {
  const record = new RecordBuffer();
  record.byte(EFFECTS);
  record.varint(2 ** 40);
  record.raw(Buffer.alloc(100));
  assert.throws(() => effectsOf(...payloadOf(record)), MalformedRecordError);
});
