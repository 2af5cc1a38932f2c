import assert from 'node:assert/strict';
import t from 'tap';
import { readDataFolder } from '../../../src/durability/folder/data-folder.js';
import type { LogReport } from '../../../src/durability/folder/log-report.js';
import { readLogs } from '../../../src/durability/folder/log-series.js';
import { EffectReader } from '../../../src/log/effect-reader.js';
import { EffectWriter } from '../../../src/log/effect-writer.js';
import { FILE_HEADER_BYTES, type FileKind } from '../../../src/log/file-header.js';
import { RecordBuffer } from '../../../src/log/record-buffer.js';
import { createRecordFile } from '../../../src/log/record-file.js';
import { closingRecord } from '../../../src/log/record-kind.js';
import type { RecordWriter } from '../../../src/log/record-writer.js';
import { Request } from '../../../src/protocol/request.js';
import { MemoryDisk } from '../../support/memory-disk.js';

const LINEAGE = Buffer.alloc(16, 1);

/** Makes a file with these records. A number is a closing record that names the log that goes on. */
function add(disk: MemoryDisk, name: string, ...records: (string | number)[]): void {
  const [kind, number] = name.split('-') as [FileKind, string];
  const writer = createRecordFile(disk, name, { kind, number: Number(number), lineage: LINEAGE });
  for (const content of records) append(writer, content);
}

function append(writer: RecordWriter, content: string | number): void {
  writer.append(typeof content === 'number' ? closingRecord(content) : effectRecord(content), writer.position);
}

function effectRecord(name: string): RecordBuffer {
  const record = new RecordBuffer();
  new EffectWriter(record).write(0, new Request([Buffer.from(name)]));
  return record;
}

/** What the logs of a folder say, what is known of the one that goes on, and the progress that was told. */
function read(disk: MemoryDisk): { effects: string[]; last: LogReport | undefined; progress: string[] } {
  const effects: string[] = [];
  const progress: string[] = [];
  const reader = new EffectReader();
  const reports = readLogs(disk, readDataFolder(disk).logs, (bytes, start, stop) => {
    reader.begin(bytes, start, stop);
    while (reader.next()) effects.push(reader.source.toString('latin1', reader.starts[0], reader.ends[0]));
  }, (file, done, total) => {
    if (done === total) progress.push(`${file}: ${total} bytes`);
  });
  return { effects, last: reports.at(-1), progress };
}

function names(disk: MemoryDisk): object {
  const { snapshot, logs, leftovers } = readDataFolder(disk);
  return { snapshot: snapshot?.name, logs: logs.map(({ name }) => name), leftovers };
}

function refuses(disk: MemoryDisk, message: RegExp): void {
  assert.throws(() => read(disk), { code: 'EL_STORE_CORRUPT', message });
}

/** A folder as it is after two snapshots, in the midst of a third one. */
function grown(): MemoryDisk {
  const disk = new MemoryDisk();
  add(disk, 'snapshot-3', 'all');
  add(disk, 'log-3', 'a', 'b', 4);
  add(disk, 'log-4', 'c', 5);
  add(disk, 'log-5', 'd');
  return disk;
}

t.test('an empty folder has no files, and a lineage of its own', async () => {
  assert.deepEqual(names(new MemoryDisk()), { snapshot: undefined, logs: [], leftovers: [] });
  assert.ok(!readDataFolder(new MemoryDisk()).lineage.equals(readDataFolder(new MemoryDisk()).lineage));
});

t.test('the state is the last snapshot and the logs from there on', async () => {
  const disk = grown();
  for (const name of ['log-2', 'snapshot-2', 'snapshot-5.tmp']) disk.set(name, Buffer.from('whatever'));
  assert.deepEqual(names(disk), { snapshot: 'snapshot-3', logs: ['log-3', 'log-4', 'log-5'], leftovers: ['log-2', 'snapshot-2', 'snapshot-5.tmp'] });
  assert.ok(readDataFolder(disk).lineage.equals(LINEAGE));
  const { effects, last } = read(disk);
  assert.deepEqual(effects, ['a', 'b', 'c', 'd']);
  assert.deepEqual({ name: last?.log.name, kind: last?.end.kind, records: last?.records }, { name: 'log-5', kind: 'whole', records: 1 });
});

t.test('the tenth log comes after the ninth', async () => {
  const disk = new MemoryDisk();
  for (let number = 1; number < 12; number++) add(disk, `log-${number}`, String(number), number + 1);
  add(disk, 'log-12');
  assert.deepEqual(read(disk).effects, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11']);
});

t.test('files that are none of the store are left alone', async () => {
  const disk = grown();
  for (const name of ['lock', 'notes', 'log', 'log-', 'log-0', 'log-06', 'log-6.tmp', 'log-5.cut-88', 'xlog-6', 'snapshot-9.old', 'snapshot-1e9']) disk.set(name, Buffer.alloc(0));
  assert.deepEqual(names(disk), names(grown()));
});

t.test('a missing file is named', async (t) => {
  for (const [missing, message] of [
    ['snapshot-3', /\/log-1: neither it nor a snapshot in its place is there, but log-3 is/],
    ['log-3', /\/log-3: it is missing, and snapshot-3 does not do without it/],
    ['log-4', /\/log-4: it is missing, and log-5 is there/],
    ['log-5', /\/log-5: it is missing, and log-4 goes on in it/],
  ] as const) {
    t.test(missing, async () => {
      const disk = grown();
      disk.remove(missing);
      refuses(disk, message);
    });
  }
});

t.test('a snapshot without its log is refused', async () => {
  const disk = new MemoryDisk();
  add(disk, 'snapshot-3', 'all');
  refuses(disk, /log-3: it is missing, and snapshot-3 does not do without it; "edgeloop-kv check \/memory"/);
});

t.test('a file from another folder and one under a wrong name are refused', async () => {
  const stray = grown();
  stray.remove('log-5');
  createRecordFile(stray, 'log-5', { kind: 'log', number: 5, lineage: Buffer.alloc(16, 2) });
  refuses(stray, /log-5: it is from another data folder than snapshot-3/);
  const renamed = grown();
  renamed.rename('log-5', 'log-6');
  renamed.rename('log-4', 'log-5');
  renamed.rename('log-6', 'log-4');
  refuses(renamed, /log-4: it has been log-5, and another file was given its name/);
});

t.test('a log that was being made', async (t) => {
  const header = (() => {
    const disk = new MemoryDisk();
    add(disk, 'log-2');
    return disk.get('log-2');
  })();
  const incomplete = [...Array.from({ length: FILE_HEADER_BYTES }, (_, size) => header.subarray(0, size)), Buffer.alloc(FILE_HEADER_BYTES)];

  t.test('is a leftover, however little of its header is there', async () => {
    for (const bytes of incomplete) {
      const disk = new MemoryDisk();
      add(disk, 'log-1', 'a');
      disk.set('log-2', bytes);
      assert.deepEqual(names(disk), { snapshot: undefined, logs: ['log-1'], leftovers: ['log-2'] });
      assert.deepEqual(read(disk).effects, ['a']);
    }
  });

  t.test('is a leftover of the first start, if there is nothing else', async () => {
    for (const bytes of incomplete) {
      const disk = new MemoryDisk();
      disk.set('log-1', bytes);
      assert.deepEqual(names(disk), { snapshot: undefined, logs: [], leftovers: ['log-1'] });
    }
  });

  t.test('was never used, if the log before it does not end', async () => {
    const disk = new MemoryDisk();
    add(disk, 'log-1', 'a', 'b');
    add(disk, 'log-2');
    const { effects, last } = read(disk);
    assert.deepEqual(effects, ['a', 'b']);
    assert.equal(last?.log.name, 'log-1');
  });

  t.test('was there for good, if the log before it goes on in it, a snapshot has its number, or it has records', async () => {
    for (const bytes of incomplete) {
      const closed = new MemoryDisk();
      add(closed, 'log-1', 'a', 2);
      closed.set('log-2', bytes);
      refuses(closed, /log-2: it is missing, and log-1 goes on in it/);
      const snapshot = new MemoryDisk();
      add(snapshot, 'snapshot-2', 'all');
      snapshot.set('log-2', bytes);
      refuses(snapshot, /log-2, offset 0: /);
    }
    const used = new MemoryDisk();
    used.set('log-1', Buffer.alloc(FILE_HEADER_BYTES + 1));
    refuses(used, /log-1, offset 0: it does not begin as a file of this store does/);
  });
});

t.test('a torn end of the last log is no damage, and where it begins is said', async () => {
  const disk = grown();
  const whole = disk.get('log-5');
  disk.set('log-5', Buffer.concat([whole, Buffer.alloc(30, 5)]));
  const { effects, last } = read(disk);
  assert.deepEqual(effects, ['a', 'b', 'c', 'd']);
  assert.equal(last?.end.kind, 'torn');
  assert.equal(last.end.position, whole.length);
});

t.test('an end that is torn, or not there, is damage if a later log has records', async () => {
  const torn = grown();
  torn.set('log-4', torn.get('log-4').subarray(0, -1));
  refuses(torn, /log-4, offset 72: the file ends within a record, and log-5 has what came later/);
  const open = new MemoryDisk();
  add(open, 'log-1', 'a');
  add(open, 'log-2', 'b');
  refuses(open, /log-1, offset \d+: it ends here, and log-2 has what came later/);
});

t.test('nothing may stand behind a record that ends a log', async () => {
  const record = new MemoryDisk();
  add(record, 'log-1', 'a', 2, 'b');
  add(record, 'log-2');
  refuses(record, /log-1, offset \d+: a record stands behind the one that ends the log/);
  const rest = new MemoryDisk();
  add(rest, 'log-1', 'a', 2);
  rest.set('log-1', Buffer.concat([rest.get('log-1'), Buffer.alloc(3)]));
  add(rest, 'log-2');
  refuses(rest, /log-1, offset \d+: the file ends within the header of a record/);
});

t.test('damage before the end is refused, with file and offset, wherever a byte is flipped', async () => {
  const whole = grown();
  const bytes = whole.get('log-4');
  for (let at = 0; at < bytes.length; at++) {
    const disk = grown();
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] as number) ^ 0x10;
    disk.set('log-4', flipped);
    refuses(disk, at < FILE_HEADER_BYTES ? /log-4, offset 0: / : /log-4, offset (48|72): /);
  }
});

t.test('a record whose checksum is right and whose contents are not is damage, too', async () => {
  const disk = new MemoryDisk();
  const writer = createRecordFile(disk, 'log-1', { kind: 'log', number: 1, lineage: LINEAGE });
  append(writer, 'a');
  const { position } = writer;
  const record = new RecordBuffer();
  record.raw(Buffer.from([1, 9]));
  writer.append(record, position);
  refuses(disk, new RegExp(`log-1, offset ${position}: the record ends within an item`));
});

t.test('an error of who takes the effects is none of the store', async () => {
  const disk = grown();
  const { logs } = readDataFolder(disk);
  const take = (): never => {
    throw new RangeError('no');
  };
  assert.throws(() => readLogs(disk, logs, take, () => undefined), RangeError);
});

t.test('each log that was read is told of', async () => {
  const disk = grown();
  const sizes = readDataFolder(disk).logs.map(({ name, size }) => `${name}: ${size} bytes`);
  assert.deepEqual(read(disk).progress.filter((line, i, lines) => line !== lines[i - 1]), sizes);
});
