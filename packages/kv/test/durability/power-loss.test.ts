import t from 'tap';
import { choices } from '../support/choices.js';
import { type DiskImage, PowerLossDisk } from '../support/power-loss-disk.js';

const ALL = 10_000;

/** What may be found after a power loss at the end: each file with its contents, in which a dot is a byte of zero. */
function found(disk: PowerLossDisk, lost = disk.moment): string[] {
  return [...new Set([...disk.imagesAfterLoss(lost, ALL, 1)].map(textOf))].toSorted();
}

function textOf(image: DiskImage): string {
  return [...image].map(([name, contents]) => `${name}=${contents.toString('latin1').replaceAll('\0', '.').replaceAll(/(.)\1{7,}/g, '$1*')}`).toSorted().join(' ');
}

function write(disk: PowerLossDisk, name: string, text: string, position = 0): void {
  const file = disk.list().includes(name) ? disk.open(name) : disk.create(name);
  file.write(Buffer.from(text), 0, text.length, position);
}

t.test('until a sync, a power loss may leave any of the names, sizes and bytes there have been', async (t) => {
  const disk = new PowerLossDisk();
  write(disk, 'a', 'xy');
  t.same(found(disk), ['', 'a=', 'a=..', 'a=xy']);
  disk.syncFolder();
  t.same(found(disk), ['a=', 'a=..', 'a=xy']);
  disk.open('a').syncNow();
  t.same(found(disk), ['a=xy']);
  t.same(found(disk, 1), ['', 'a='], 'and before they happened there was nothing of them');
});

t.test('sectors reach the disk in any order, and each as it was at some moment', async (t) => {
  const disk = new PowerLossDisk(new Map([['a', Buffer.alloc(1024, '0')]]));
  write(disk, 'a', '1', 0);
  write(disk, 'a', '2', 0);
  write(disk, 'a', '3', 1023);
  t.same(found(disk), ['0', '1', '2'].flatMap((first) => [`a=${first === '0' ? '0*' : `${first}0*`}`, `a=${first === '0' ? '0*' : `${first}0*`}3`]).toSorted());
});

t.test('what was cut off may come back, also behind what was written since, until the file is synced', async (t) => {
  const disk = new PowerLossDisk(new Map([['a', Buffer.from('x'.repeat(512) + 'old')]]));
  const file = disk.open('a');
  file.truncate(512);
  t.same(found(disk), ['a=x*', 'a=x*...', 'a=x*old']);
  write(disk, 'a', 'n', 512);
  t.ok(found(disk).includes('a=x*old') && found(disk).includes('a=x*n..'));
  file.syncNow();
  t.same(found(disk), ['a=x*n']);
});

t.test('names change in order, and are not kept by a sync of the file', async (t) => {
  const disk = new PowerLossDisk(new Map([['a', Buffer.from('old')]]));
  write(disk, 'b', 'new');
  disk.open('b').syncNow();
  disk.rename('b', 'a');
  write(disk, 'c', '');
  disk.remove('c');
  t.same(found(disk), ['a=new', 'a=new c=', 'a=old', 'a=old b=new']);
  disk.syncFolder();
  t.same(found(disk), ['a=new']);
});

t.test('a sync covers what was written before it began, once it has ended', async (t) => {
  const disk = new PowerLossDisk(new Map([['a', Buffer.from('00')]]));
  let ended = false;
  write(disk, 'a', '1', 0);
  disk.open('a').sync(() => (ended = true));
  write(disk, 'a', '2', 1);
  t.same(found(disk), ['a=00', 'a=10', 'a=12']);
  t.notOk(ended);
  disk.endSyncs();
  t.ok(ended);
  t.same(found(disk), ['a=10', 'a=12']);
});

t.test('it behaves as a disk does', async (t) => {
  const disk = new PowerLossDisk(new Map([['a', Buffer.from('abcdef')]]));
  t.throws(() => disk.open('b'), { code: 'ENOENT' });
  t.throws(() => disk.remove('b'), { code: 'ENOENT' });
  t.throws(() => disk.create('a'), { code: 'EEXIST' });
  const target = Buffer.alloc(4);
  t.equal(disk.open('a').read(target, 4), 2);
  t.equal(target.toString(), 'ef\0\0');
  t.equal(disk.open('a').read(target, 9), 0);
  t.same(found(disk), ['a=abcdef'], 'what was there at the beginning is safe');
});

t.test('of too many possibilities some are drawn, always the same, among them the first and the last', async (t) => {
  const counts = [3, 1, 2, 4];
  const drawn = (atMost: number, seed: number) => [...choices(counts, atMost, seed)].map((choose) => counts.map(() => choose()).join(''));
  t.equal(new Set(drawn(24, 1)).size, 24);
  t.equal(drawn(10, 1).length, 10);
  t.same(drawn(10, 1).slice(0, 2), ['0000', '2013']);
  t.same(drawn(10, 1), drawn(10, 1));
  t.not(drawn(10, 1).join(), drawn(10, 2).join());
});
