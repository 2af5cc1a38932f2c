import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { loadSnapshot, type SnapshotEnd } from '../../../src/durability/snapshot/snapshot-loading.js';
import { Snapshots } from '../../../src/durability/snapshot/snapshots.js';
import { FILE_HEADER_BYTES, decodeFileHeader, LINEAGE_BYTES } from '../../../src/log/file-header.js';
import { Console } from '../../support/console.js';
import { type DiskCall, MemoryDisk } from '../../support/memory-disk.js';
import { contentsOf, differences } from '../contents.js';

const LINEAGE = Buffer.alloc(LINEAGE_BYTES, 7);
const LIBRARY = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";

/** Snapshots of a server on a disk in memory, whose slices come when they are asked for. */
class Saved {
  readonly console = new Console();
  readonly disk = new MemoryDisk();
  readonly #due: (() => void)[] = [];
  readonly snapshots: Snapshots;
  /** What the owner was told. */
  readonly told: string[] = [];
  keys = 0;
  #log = 1;

  constructor() {
    const timers = { after: (_ms: number, callback: () => void) => (this.#due.push(callback), { cancel() {} }), every: () => ({ cancel() {} }) };
    this.snapshots = new Snapshots(this.console.server, timers, this.disk, LINEAGE, 0, {
      prepareLog: (done) => done(),
      beginLog: () => ++this.#log,
      onSnapshot: ({ number, keys }) => {
        this.told.push(`whole ${number}`);
        this.keys = keys;
      },
      onSnapshotFailed: ({ code }) => void this.told.push(`failed ${code}`),
    });
  }

  /** One slice. */
  slice(): void {
    this.#due.shift()?.();
  }

  /** All that the one under way has to do. */
  async finish(): Promise<void> {
    while (this.snapshots.isUnderWay) {
      this.slice();
      await setImmediate();
    }
  }

  /** Fills it with keys of all types and encodings, in several databases. */
  fill(): void {
    const { console } = this;
    const up = (count: number, word: (i: number) => string[]): string[] => Array.from({ length: count }, (_, i) => word(i)).flat();
    const add = (size: string, count: number, long: string): void => {
      console.send('RPUSH', `list ${size}`, ...up(count, (i) => [`${long}${i}`]));
      console.send('SADD', `set ${size}`, ...up(count, (i) => [`${long}${i}`]));
      console.send('SADD', `numbers ${size}`, ...up(count, (i) => [`${i * i * 7}`]));
      console.send('HSET', `hash ${size}`, ...up(count, (i) => [`${long}${i}`, `${i}`]));
      console.send('ZADD', `sorted set ${size}`, ...up(count, (i) => [`${i / 7}`, `${long}${i}`]));
    };
    for (const [name, value] of [['empty', ''], ['number', '12345678901'], ['bytes', '\0\r\n\xff'], ['large', 'large '.repeat(50_000)]] as const) console.send('SET', name, value);
    console.send('SET', '', 'a key without a name', 'PXAT', '4102444800000');
    console.send('SET', 'a key that is over', 'x', 'PXAT', '9999999999999');
    console.send('SET', 'further away than numbers are exact', 'x', 'PXAT', '9223372036854775000');
    add('small', 20, 'element ');
    console.run('SELECT 3');
    add('large', 3000, 'a longer element ');
    console.run('PEXPIREAT hash 4102444800123');
    for (let i = 0; i < 300; i++) console.run(`XADD stream ${i + 1}-0 field ${i}`);
    for (const line of ['XDEL stream 5-0 300-0', 'XGROUP CREATE stream group 0', 'XREADGROUP GROUP group alice COUNT 10 STREAMS stream >', 'XACK stream group 2-0']) console.run(line);
    console.run('XGROUP CREATE nothing group $ MKSTREAM');
    console.send('FUNCTION', 'LOAD', LIBRARY);
    console.run('SELECT 0');
  }
}

/** Reads the snapshot with this number into a server. */
function load(disk: MemoryDisk, number: number, into = new Console()): { console: Console; end: SnapshotEnd | string } {
  const file = disk.open(`snapshot-${number}`);
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  const header = decodeFileHeader(bytes.subarray(0, file.read(bytes, 0)));
  if (typeof header === 'string') return { console: into, end: header };
  assert.deepEqual([header.kind, header.number, header.lineage], ['snapshot', number, LINEAGE]);
  const { keyspace } = into.server;
  const loadLibrary = (source: Buffer): void => void into.send('FUNCTION', 'LOAD', source.toString('latin1'));
  return { console: into, end: loadSnapshot(file, header.salt, { keyspace, loadLibrary }) };
}

t.test('a snapshot has all keys of all types and databases, their deadlines, and functions', async (t) => {
  const saved = new Saved();
  saved.fill();
  saved.console.server.keyspace.advance(10_000_000_000_000);
  const expected = contentsOf(saved.console.server);
  t.ok(saved.snapshots.start());
  t.notOk(saved.snapshots.start(), 'one at a time');
  await saved.finish();
  t.strictSame(saved.told, ['whole 2']);
  t.equal(saved.keys, expected.size);
  t.strictSame(saved.disk.list(), ['snapshot-2']);
  const { console, end } = load(saved.disk.afterPowerLoss(), 2);
  t.strictSame(end, { kind: 'whole', keys: expected.size });
  t.strictSame(differences(contentsOf(console.server), expected), []);
  t.match(console.send('FUNCTION', 'LIST'), /lib/);
  t.equal(console.run('FCALL f 0'), ':1');
});

t.test('a snapshot at once is the same, and replaces the one under way', async (t) => {
  const saved = new Saved();
  saved.fill();
  const expected = contentsOf(saved.console.server);
  saved.snapshots.start();
  saved.slice();
  t.strictSame(saved.disk.list(), ['snapshot-2.tmp']);
  saved.snapshots.now();
  t.strictSame(saved.told, ['whole 3']);
  while (saved.disk.list().length > 1) await setImmediate();
  t.strictSame(saved.disk.list(), ['snapshot-3']);
  t.equal(saved.snapshots.bytes, saved.disk.get('snapshot-3').length);
  t.strictSame(differences(contentsOf(load(saved.disk, 3).console.server), expected), []);
});

t.test('what is compact stays so, and follows the limits of the server that reads it', async (t) => {
  const saved = new Saved();
  saved.fill();
  saved.snapshots.now();
  const other = new Console();
  for (const name of ['hash-max-listpack-entries', 'set-max-intset-entries', 'zset-max-listpack-entries']) other.run(`CONFIG SET ${name} 10`);
  const same = load(saved.disk, 2).console;
  load(saved.disk, 2, other);
  const encodings = { hash: ['listpack', 'hashtable'], numbers: ['intset', 'hashtable'], 'sorted set': ['listpack', 'skiplist'], list: ['quicklist', 'quicklist'] };
  for (const [type, [compact, large]] of Object.entries(encodings)) {
    t.match(same.send('OBJECT', 'ENCODING', `${type} small`), compact, type);
    t.match(other.send('OBJECT', 'ENCODING', `${type} small`), large, `${type}, with a lower limit`);
  }
});

t.test('a snapshot that is cut anywhere, or has a wrong byte anywhere, is not whole, and it is said where', async (t) => {
  const saved = new Saved();
  for (const line of ['SET a 1', 'SET b 2 EX 1000', 'HSET hash f v', 'SELECT 1', 'RPUSH list a b c']) saved.console.run(line);
  saved.snapshots.now();
  const whole = saved.disk.get('snapshot-2');
  const other = new Console();
  const endings = (damage: (at: number) => Uint8Array): (SnapshotEnd | string)[] =>
    Array.from({ length: whole.length }, (_, at) => {
      const disk = new MemoryDisk();
      disk.set('snapshot-2', damage(at));
      other.run('FLUSHALL');
      return load(disk, 2, other).end;
    });
  const unnoticed = (end: SnapshotEnd | string): boolean => typeof end !== 'string' && (end.kind === 'whole' || end.position < FILE_HEADER_BYTES || end.position > whole.length);
  t.equal(endings((at) => whole.subarray(0, at)).findIndex(unnoticed), -1, 'cut');
  for (const bit of [1, 0x80]) {
    const flipped = (at: number): Uint8Array => whole.map((byte, index) => (index === at ? byte ^ bit : byte));
    t.equal(endings(flipped).findIndex(unnoticed), -1, `flipped by ${bit}`);
  }
  const disk = new MemoryDisk();
  disk.set('snapshot-2', Buffer.concat([whole, Buffer.alloc(1)]));
  t.match(load(disk, 2).end, { kind: 'damaged', position: whole.length }, 'too long');
});

const FAULTS: readonly (readonly [call: DiskCall, code: string, passes: number])[] = [
  ['create', 'EROFS', 0], ['write', 'EIO', 0], ['write', 'ENOSPC', 1], ['write', 'ENOSPC', 2], ['sync', 'EIO', 0], ['rename', 'EIO', 0], ['syncFolder', 'EIO', 0],
];

for (const [call, code, passes] of FAULTS) {
  t.test(`${code} of ${call} after ${passes} ends a snapshot, and nothing else`, async (t) => {
    const saved = new Saved();
    saved.fill();
    saved.snapshots.now();
    saved.disk.fail(call, code, passes);
    saved.snapshots.start();
    saved.slice();
    saved.console.run('FLUSHALL');
    await saved.finish();
    t.strictSame(saved.told, ['whole 2', `failed ${code}`]);
    t.ok(saved.snapshots.hasFailed);
    t.ok(saved.disk.list().includes('snapshot-2'), 'the old one is there');
    t.notOk(saved.disk.list().includes('snapshot-3.tmp'), 'of the new one nothing');
    t.equal(saved.console.server.keyspace.capture, undefined);
    saved.console.run('SET a b');
    saved.snapshots.start();
    await saved.finish();
    t.equal(saved.told.at(-1), 'whole 4');
    t.notOk(saved.snapshots.hasFailed);
    t.equal(load(saved.disk, 4).console.run('GET a'), '$1 b');
  });
}

t.test('a disk that is full when a key is about to change ends the snapshot, and not the command', async (t) => {
  const saved = new Saved();
  for (let i = 0; i < 20_000; i++) saved.console.send('SET', `key ${i}`, 'value');
  saved.snapshots.start();
  saved.slice();
  t.not(saved.console.server.keyspace.capture, undefined, 'there is more to do');
  saved.disk.roomBytes = saved.disk.get('snapshot-2.tmp').length;
  const { keyspace } = saved.console.server;
  for (let hash = 0; hash < 2 ** 32; hash += 2 ** 20) keyspace.capture?.before(hash | 0);
  t.equal(keyspace.capture, undefined);
  await saved.finish();
  t.strictSame(saved.told, ['failed ENOSPC']);
  t.strictSame(saved.disk.list(), []);
});

t.test('what is given up leaves nothing, not even if the disk is still busy with it', async (t) => {
  const saved = new Saved();
  saved.fill();
  saved.snapshots.start();
  while (saved.console.server.keyspace.capture !== undefined || saved.disk.list().length === 0) saved.slice();
  t.ok(saved.snapshots.isUnderWay, 'it waits for the sync');
  saved.snapshots.giveUp();
  t.notOk(saved.snapshots.isUnderWay);
  while (saved.disk.list().length > 0) await setImmediate();
  t.strictSame(saved.told, []);
});
