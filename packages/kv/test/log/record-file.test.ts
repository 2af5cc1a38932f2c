import assert from 'node:assert/strict';
import { crc32 as crc32OfBytes } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { crc32 } from '../../src/algorithms/crc32.js';
import { FILE_HEADER_BYTES } from '../../src/log/file-header.js';
import { RecordBuffer } from '../../src/log/record-buffer.js';
import { RecordCursor } from '../../src/log/record-cursor.js';
import { createRecordFile, readFileHeader } from '../../src/log/record-file.js';
import { RECORD_HEADER_BYTES } from '../../src/log/record-header.js';
import { RecordReader, type RecordsEnd } from '../../src/log/record-reader.js';
import type { RecordWriter } from '../../src/log/record-writer.js';
import { MemoryDisk } from '../support/memory-disk.js';

const LINEAGE = Buffer.from('0123456789abcdef');

function createLog(disk: MemoryDisk): RecordWriter {
  return createRecordFile(disk, 'log-1', { kind: 'log', number: 1, lineage: LINEAGE });
}

function recordOf(payload: Uint8Array): RecordBuffer {
  const record = new RecordBuffer();
  record.raw(Buffer.from(payload));
  return record;
}

/** The payloads of log-1, and how it ends. */
function read(disk: MemoryDisk): { payloads: Buffer[]; end: RecordsEnd } {
  const file = disk.open('log-1');
  const header = readFileHeader(file);
  assert.ok(typeof header === 'object');
  const payloads: Buffer[] = [];
  const end = new RecordReader(file, header.salt).read(FILE_HEADER_BYTES, (bytes, start, stop) => payloads.push(Buffer.from(bytes.subarray(start, stop))));
  return { payloads, end };
}

t.test('a checksum is that of zlib, for every length and alignment', async () => {
  const bytes = Buffer.from(Array.from({ length: 420 }, (_, i) => (i * 97) ^ (i >> 3)));
  for (let start = 0; start < 5; start++) {
    for (let end = start; end <= bytes.length; end++) assert.equal(crc32(bytes, start, end), crc32OfBytes(bytes.subarray(start, end)));
  }
});

t.test('a file says what it is', async () => {
  const disk = new MemoryDisk();
  const number = 2 ** 40 + 7;
  createRecordFile(disk, 'a', { kind: 'snapshot', number, lineage: LINEAGE });
  createRecordFile(disk, 'b', { kind: 'snapshot', number, lineage: LINEAGE });
  const [a, b] = ['a', 'b'].map((name) => readFileHeader(disk.open(name)));
  assert.ok(typeof a === 'object' && typeof b === 'object');
  assert.deepEqual({ ...a, salt: 0 }, { kind: 'snapshot', number, lineage: LINEAGE, salt: 0 });
  assert.notEqual(a.salt, b.salt);
});

t.test('a file of another program or another version is refused in these words', async () => {
  const disk = new MemoryDisk();
  disk.set('text', Buffer.from('dear diary, today I have read what a file header is for'));
  assert.equal(readFileHeader(disk.open('text')), 'it does not begin as a file of this store does');
  createLog(disk);
  const bytes = disk.get('log-1');
  bytes.writeUInt32LE(2, 8);
  bytes.writeUInt32LE(crc32OfBytes(bytes.subarray(0, 44)), 44);
  disk.set('log-1', bytes);
  assert.match(readFileHeader(disk.open('log-1')) as string, /version 2 of the format, and this program reads version 1/);
});

t.test('there is no file if its header could not be written', async () => {
  const disk = new MemoryDisk();
  disk.fail('write', 'ENOSPC');
  assert.throws(() => createLog(disk), { code: 'ENOSPC' });
  assert.deepEqual(disk.list(), []);
});

t.test('a header is what its comment says', async () => {
  const disk = new MemoryDisk();
  const writer = createLog(disk);
  writer.append(recordOf(Buffer.from('first')), 48);
  const { position } = writer;
  writer.append(recordOf(Buffer.from('second')), position);
  const bytes = disk.get('log-1');
  const header = bytes.subarray(position, position + RECORD_HEADER_BYTES);
  assert.deepEqual([0, 4, 8, 12].map((at) => header.readUInt32LE(at)), [6, crc32OfBytes(Buffer.from('second')), position, 0]);
  const where = Buffer.alloc(8);
  where.writeBigUInt64LE(BigInt(position));
  assert.equal(header.readUInt32LE(16), crc32OfBytes(Buffer.concat([where, header.subarray(0, 16)]), bytes.readUInt32LE(40)));
});

t.test('what was written is read', async () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }), (payloads) => {
    const disk = new MemoryDisk();
    const writer = createLog(disk);
    const record = new RecordBuffer();
    for (const payload of payloads) {
      record.clear();
      record.raw(Buffer.from(payload));
      writer.append(record, FILE_HEADER_BYTES);
    }
    const found = read(disk);
    assert.deepEqual(found.payloads.map((payload) => [...payload]), payloads.map((payload) => [...payload]));
    assert.deepEqual(found.end, { kind: 'whole', position: writer.position });
  }));
});

t.test('records are read that cross chunks and that are larger than one', async () => {
  const disk = new MemoryDisk();
  const writer = createLog(disk);
  const sizes = [1_000_003, 9_000_000, ...Array.from({ length: 40 }, (_, i) => 100_000 + i * 7), 0, 5_000_000, 1];
  for (const [index, size] of sizes.entries()) writer.append(recordOf(Buffer.alloc(size, index + 1)), FILE_HEADER_BYTES);
  const progress: number[] = [];
  const file = disk.open('log-1');
  const header = readFileHeader(file);
  assert.ok(typeof header === 'object');
  const found: number[] = [];
  const end = new RecordReader(file, header.salt).read(FILE_HEADER_BYTES, (bytes, start, stop) => {
    assert.ok(start === stop || (bytes[start] === found.length + 1 && bytes[stop - 1] === found.length + 1));
    found.push(stop - start);
  }, (done, total) => {
    assert.equal(total, writer.position);
    progress.push(done);
  });
  assert.equal(end.kind, 'whole');
  assert.deepEqual(found, sizes);
  assert.ok(progress.length > 4 && progress.every((done, i) => i === 0 || done >= (progress[i - 1] as number)));
  assert.equal(progress.at(-1), writer.position);
});

t.test('a record is not there at all when the disk is full, and is written when there is room', async () => {
  const disk = new MemoryDisk();
  const writer = createLog(disk);
  writer.append(recordOf(Buffer.from('first')), 48);
  const before = disk.get('log-1');
  const record = recordOf(Buffer.alloc(1000, 2));
  for (const room of [0, 1, 19, 20, 500, 1019]) {
    disk.roomBytes = before.length + room;
    assert.throws(() => writer.append(record, 48), { code: 'ENOSPC' });
    assert.ok(disk.get('log-1').equals(before));
  }
  disk.roomBytes = before.length + 1020;
  writer.append(record, 48);
  assert.deepEqual(read(disk).payloads.map(({ length }) => length), [5, 1000]);
});

t.test('what a failed write has left goes before the next one, even if it could not be cut off at once', async () => {
  const disk = new MemoryDisk();
  const writer = createLog(disk);
  writer.append(recordOf(Buffer.from('first')), 48);
  const { position } = writer;
  disk.fail('write', 'EIO');
  disk.fail('truncate', 'EIO');
  assert.throws(() => writer.append(recordOf(Buffer.alloc(1000, 2)), position), { code: 'EIO' });
  assert.equal(read(disk).end.kind, 'torn');
  disk.fail('truncate', 'EIO');
  assert.throws(() => writer.append(recordOf(Buffer.from('second')), position), { code: 'EIO' });
  writer.append(recordOf(Buffer.from('third')), position);
  const { payloads, end } = read(disk);
  assert.deepEqual(payloads.map(String), ['first', 'third']);
  assert.equal(end.kind, 'whole');
});

t.test('numbers are read as they were written', async () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(), fc.nat(300), fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1))), (numbers) => {
    const record = new RecordBuffer();
    for (const number of numbers) record.varint(number);
    const cursor = new RecordCursor();
    cursor.reset(record.bytes, RECORD_HEADER_BYTES, record.end);
    assert.deepEqual(numbers.map(() => cursor.varint()), numbers);
    assert.ok(cursor.isAtEnd);
  }));
});

t.test('a record that was large gives its memory back', async () => {
  const record = recordOf(Buffer.alloc(20_000_000));
  assert.ok(record.bytes.length >= 20_000_000);
  record.clear();
  assert.ok(record.isEmpty && record.bytes.length < 1_000_000);
});
