import t from 'tap';
import type { Disk, DiskFile } from '../../../src/disk/disk.js';
import { SnapshotFile } from '../../../src/durability/snapshot/snapshot-file.js';
import { LINEAGE_BYTES } from '../../../src/log/file-header.js';

const MEGABYTE = Buffer.alloc(1024 * 1024);
const NOTHING = (): void => {};

/** A disk that keeps nothing, notes what it is asked for, and syncs when the test lets it. */
class NotedDisk implements Disk {
  readonly folder = '/nowhere';
  readonly calls: string[] = [];
  #syncs: ((error: NodeJS.ErrnoException | null) => void)[] = [];
  readonly list = (): string[] => [];
  readonly open = (name: string): DiskFile => this.create(name);
  readonly rename = (_from: string, to: string): void => void this.calls.push(`rename to ${to}`);
  readonly remove = (name: string): void => void this.calls.push(`remove ${name}`);
  readonly discard = this.remove;
  readonly syncFolder = (): void => void this.calls.push('syncFolder');

  create(name: string): DiskFile {
    const sync = (done: (error: NodeJS.ErrnoException | null) => void): void => {
      this.calls.push('sync');
      this.#syncs.push(done);
    };
    return { name, sync, size: () => 0, read: () => 0, write: NOTHING, truncate: NOTHING, syncNow: NOTHING, close: () => void this.calls.push('close') };
  }

  /** The sync that is under way ends. */
  endSync(error: NodeJS.ErrnoException | null = null): void {
    this.#syncs.shift()?.(error);
  }
}

function begun(megabytes: number): { disk: NotedDisk; file: SnapshotFile } {
  const disk = new NotedDisk();
  const file = new SnapshotFile(disk, 5, Buffer.alloc(LINEAGE_BYTES));
  for (let i = 0; i < megabytes; i++) file.append(MEGABYTE);
  return { disk, file };
}

t.test('a large snapshot is synced in portions, and waits for a disk that is behind', async (t) => {
  const { disk, file } = begun(32);
  t.strictSame(disk.calls, ['sync']);
  t.notOk(file.isBehind);
  for (let i = 0; i < 32; i++) file.append(MEGABYTE);
  t.ok(file.isBehind);
  t.strictSame(disk.calls, ['sync'], 'one at a time');
  disk.endSync();
  t.notOk(file.isBehind);
  let ends = 0;
  file.settle((error) => {
    t.equal(error, undefined);
    ends++;
  });
  t.equal(ends, 0);
  disk.endSync();
  t.equal(ends, 1);
  t.strictSame(disk.calls, ['sync', 'sync', 'rename to snapshot-5', 'syncFolder', 'close']);
});

t.test('one that is to last at once is not synced in portions: of two syncs at a time, only one would be told what fails', async (t) => {
  const disk = new NotedDisk();
  const file = new SnapshotFile(disk, 5, Buffer.alloc(LINEAGE_BYTES), Number.POSITIVE_INFINITY);
  for (let i = 0; i < 32; i++) file.append(MEGABYTE);
  file.settleNow();
  t.strictSame(disk.calls, ['rename to snapshot-5', 'syncFolder', 'close']);
});

t.test('a portion that cannot be synced ends the snapshot, also if all is written', async (t) => {
  const failed = Object.assign(new Error('EIO'), { code: 'EIO' });
  const { disk, file } = begun(32);
  disk.endSync(failed);
  t.throws(() => file.append(MEGABYTE), failed);
  const late = begun(32);
  const errors: unknown[] = [];
  late.file.settle((error) => errors.push(error));
  late.disk.endSync(failed);
  late.disk.endSync();
  t.strictSame(errors, [failed]);
  t.notOk(late.disk.calls.includes('rename to snapshot-5'));
});

t.test('a file that is being synced is closed when that is done, for its number must not become another one\'s meanwhile', async (t) => {
  const { disk, file } = begun(32);
  file.abandon();
  t.strictSame(disk.calls, ['sync']);
  disk.endSync();
  t.strictSame(disk.calls, ['sync', 'close', 'remove snapshot-5.tmp']);
});
