import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { FILE_HEADER_BYTES } from '../../src/log/file-header.js';
import { RecordBuffer } from '../../src/log/record-buffer.js';
import { createRecordFile, readFileHeader } from '../../src/log/record-file.js';
import { RECORD_HEADER_BYTES, RecordHeader } from '../../src/log/record-header.js';
import { RecordReader, type RecordsEnd } from '../../src/log/record-reader.js';
import { MemoryDisk } from '../support/memory-disk.js';

/** A record of a log that was written: where it is, and what its header says about what was synced. */
interface Written {
  readonly position: number;
  readonly end: number;
  readonly synced: number;
}

/** A log, and what is in it. */
interface Log {
  readonly bytes: Buffer;
  readonly salt: number;
  readonly records: readonly Written[];
}

/** Writes records with these payloads. `lag` says of each how many records before it were not known to be synced. */
function logOf(payloads: readonly Uint8Array[], lag: (index: number) => number): Log {
  const disk = new MemoryDisk();
  const writer = createRecordFile(disk, 'log', { kind: 'log', number: 1, lineage: Buffer.alloc(16, 7) });
  const records: Written[] = [];
  for (const [index, payload] of payloads.entries()) {
    const record = new RecordBuffer();
    record.raw(Buffer.from(payload));
    const position = writer.position;
    const synced = records[index - lag(index)]?.position ?? (lag(index) <= 0 ? position : FILE_HEADER_BYTES);
    writer.append(record, synced);
    records.push({ position, end: writer.position, synced });
  }
  const bytes = disk.get('log');
  return { bytes, salt: bytes.readUInt32LE(40), records };
}

/** How many records are read from these bytes, and how the file ends. */
function read(bytes: Buffer, salt: number): { count: number; end: RecordsEnd } {
  const disk = new MemoryDisk();
  disk.set('log', bytes);
  let count = 0;
  const end = new RecordReader(disk.open('log'), salt).read(FILE_HEADER_BYTES, () => count++);
  return { count, end };
}

/** The same without reasons, which are for people. */
function outcome(bytes: Buffer, salt: number): object {
  const { count, end } = read(bytes, salt);
  const { kind, position } = end;
  return end.kind === 'corrupt' ? { count, kind, position, witness: end.witness } : { count, kind, position };
}

/** What is to come of damage to the record with this index, if those behind it are as they were. */
function expected({ records }: Log, index: number): object {
  const { position } = records[index] as Written;
  const witness = records.slice(index + 1).find(({ synced }) => synced > position);
  return { count: index, position, ...(witness === undefined ? { kind: 'torn' } : { kind: 'corrupt', witness: witness.position }) };
}

const PAYLOADS = [3, 40, 0, 17, 200, 1, 64].map((size, index) => Buffer.alloc(size, 97 + index));

/** When each record was written, how many of those before it were not yet synced. */
const LAGS: Readonly<Record<string, (index: number) => number>> = {
  'each record was written when all before it were synced': () => 0,
  'each record was written while the one before it was being synced': () => 1,
  'every third record was written after a sync': (index) => index % 3,
  'nothing was ever synced but the header': () => Number.POSITIVE_INFINITY,
};

for (const [situation, lag] of Object.entries(LAGS)) {
  t.test(`where ${situation}`, async (t) => {
    const log = logOf(PAYLOADS, lag);

    t.test('a flipped bit at each place is noticed, and taken for a torn end only where no later record says better', async () => {
      for (let at = FILE_HEADER_BYTES; at < log.bytes.length; at++) {
        const index = log.records.findIndex(({ end }) => at < end);
        for (let bit = 1; bit < 256; bit <<= 1) {
          const bytes = Buffer.from(log.bytes);
          bytes[at] = (bytes[at] as number) ^ bit;
          assert.deepEqual(outcome(bytes, log.salt), expected(log, index), `bit ${bit} at ${at}`);
        }
      }
    });

    t.test('a cut at each offset leaves the records before it', async () => {
      for (let size = FILE_HEADER_BYTES; size <= log.bytes.length; size++) {
        const whole = log.records.filter(({ end }) => end <= size);
        const position = whole.at(-1)?.end ?? FILE_HEADER_BYTES;
        assert.deepEqual(outcome(log.bytes.subarray(0, size), log.salt), { count: whole.length, kind: position === size ? 'whole' : 'torn', position });
      }
    });
  });
}

t.test('a flipped bit at each place of the header is noticed', async () => {
  const { bytes } = logOf([], () => 0);
  for (let bit = 0; bit < FILE_HEADER_BYTES * 8; bit++) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    const disk = new MemoryDisk();
    disk.set('log', damaged);
    assert.equal(typeof readFileHeader(disk.open('log')), 'string');
  }
});

t.test('a header cut at each offset is noticed', async () => {
  const { bytes } = logOf([], () => 0);
  for (let size = 0; size < FILE_HEADER_BYTES; size++) {
    const disk = new MemoryDisk();
    disk.set('log', bytes.subarray(0, size));
    assert.equal(readFileHeader(disk.open('log')), `its header has ${size} bytes of ${FILE_HEADER_BYTES}`);
  }
});

t.test('whatever a power loss makes of what was not synced, what was synced is read, and nothing is called corrupt', async () => {
  const steps = fc.array(fc.record({ size: fc.nat(120), lag: fc.nat(4) }), { minLength: 1, maxLength: 12 });
  const holes = fc.array(fc.record({ from: fc.nat(1500), bytes: fc.nat(200), fill: fc.constantFrom(0, 255) }), { maxLength: 4 });
  fc.assert(fc.property(steps, fc.nat(12), holes, fc.nat(1500), (written, syncedRecords, lost, cut) => {
    const log = logOf(written.map(({ size }, i) => Buffer.alloc(size, i)), (index) => (written[index] as { lag: number }).lag);
    // The last sync was after all that any header tells of, if not later.
    const told = Math.max(...log.records.map(({ synced }) => synced));
    const synced = Math.max(told, log.records[syncedRecords]?.position ?? 0);
    const bytes = Buffer.from(log.bytes.subarray(0, Math.max(synced, cut)));
    for (const { from, bytes: count, fill } of lost) bytes.fill(fill, Math.min(synced + from, bytes.length), Math.min(synced + from + count, bytes.length));
    const { count, end } = read(bytes, log.salt);
    assert.notEqual(end.kind, 'corrupt');
    assert.ok(count >= log.records.filter((record) => record.end <= synced).length);
    assert.equal(end.position, log.records[count - 1]?.end ?? FILE_HEADER_BYTES);
    // What counts is what was written there, and not something that the loss has made.
    assert.ok(bytes.subarray(0, end.position).equals(log.bytes.subarray(0, end.position)));
  }), { numRuns: 500 });
});

/** The bytes of a header that claims that everything before `position` was synced. */
function forged(salt: number, position: number): Buffer {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES);
  const header = new RecordHeader();
  header.synced = position;
  header.encode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, salt, position);
  return bytes;
}

t.test('a header in what a client has stored is not believed', async (t) => {
  const INSIDE = FILE_HEADER_BYTES + RECORD_HEADER_BYTES + 100;
  const { salt } = logOf([], () => 0);
  /** What comes of a log with one record that has these bytes in it, whose checksum is wrong. */
  function withStored(stored: Buffer, ownSalt: number): string {
    const { bytes } = logOf([Buffer.concat([Buffer.alloc(100), stored])], () => 0);
    bytes.writeUInt32LE(ownSalt, 40);
    return read(bytes, ownSalt).end.kind;
  }

  t.test('if it was made without the salt of the file', async () => {
    for (const guess of [0, 1, salt ^ 1, ~salt >>> 0]) assert.equal(withStored(forged(guess, INSIDE), salt), 'torn');
  });

  t.test('if it is the copy of one from another place of the file', async () => {
    for (const place of [INSIDE - 1, INSIDE + 1, 5000]) assert.equal(withStored(forged(salt, place), salt), 'torn');
  });

  t.test('if it is in the copy of a whole log', async () => {
    assert.equal(withStored(logOf(PAYLOADS, () => 0).bytes, salt), 'torn');
  });

  t.test('and would be if salt and place were right: it is these that protect', async () => {
    assert.equal(withStored(forged(salt, INSIDE), salt), 'corrupt');
  });
});

t.test('a witness is found wherever it stands, also across the chunks in which it is looked for', async () => {
  const CHUNK_BYTES = 1024 * 1024;
  for (let shift = -RECORD_HEADER_BYTES - 2; shift <= 2; shift++) {
    const log = logOf([Buffer.alloc(CHUNK_BYTES - RECORD_HEADER_BYTES + 1 + shift, 1), Buffer.from('witness')], () => 0);
    log.bytes[60] = (log.bytes[60] as number) ^ 1;
    assert.deepEqual(outcome(log.bytes, log.salt), expected(log, 0));
  }
});

t.test('a length that leads beyond the end of the file is not believed', async () => {
  const log = logOf(PAYLOADS, () => 0);
  const header = new RecordHeader();
  header.payloadBytes = 2 ** 32 - 1;
  header.encode(new DataView(log.bytes.buffer, log.bytes.byteOffset + FILE_HEADER_BYTES, RECORD_HEADER_BYTES), 0, log.salt, FILE_HEADER_BYTES);
  assert.deepEqual(outcome(log.bytes, log.salt), expected(log, 0));
});
