import { createHash } from 'node:crypto';
import { Random } from '@edgeloop/reactor/testing';
import t from 'tap';
import type { FsyncPolicy } from '../../src/server/durability.js';
import { choices } from '../support/choices.js';
import { CrashingStore, Promises } from '../support/crashing-store.js';
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

/** npm test has time for a few; POWER_LOSS_SEEDS=100 takes some minutes. */
const SEEDS = Number(process.env['POWER_LOSS_SEEDS'] ?? 1);
const LIVES = 3;
const STARTS = 3;
const STEPS = 20;
const IMAGES_OF_A_MOMENT = 4;
const IMAGES_OF_RECOVERY = 2;

/** Runs recovery on what may be left of a disk, over and over. Each state is looked at once. */
class Aftermath {
  readonly #turns = new Map<string, number>();
  readonly #policy: FsyncPolicy;

  constructor(policy: FsyncPolicy) {
    this.#policy = policy;
  }

  get states(): number {
    return this.#turns.size;
  }

  /** How many turns there are on a disk, also if recovery is cut off itself, at any moment. */
  turnsOn(image: DiskImage): number {
    const sum = sumOf(image);
    const known = this.#turns.get(sum);
    if (known !== undefined) return known;
    const disk = new PowerLossDisk(image);
    const { turns } = new CrashingStore(disk, this.#policy);
    this.#turns.set(sum, turns);
    for (let lost = 1; lost <= disk.moment; lost++) {
      for (const left of disk.imagesAfterLoss(lost, IMAGES_OF_RECOVERY, lost)) {
        if (this.turnsOn(left) !== turns) throw new Error(`recovery finds ${this.turnsOn(left)} turns at the second time, and ${turns} at first`);
      }
    }
    return turns;
  }
}

function sumOf(image: DiskImage): string {
  const sum = createHash('sha1');
  for (const [name, contents] of [...image].toSorted(([one], [other]) => one.localeCompare(other))) sum.update(`${name}:${contents.length}:`).update(contents);
  return sum.digest('base64');
}

/** Servers, one after the other, on a disk that loses its power in the end. */
class Life {
  readonly #disk: PowerLossDisk;
  readonly #promises = new Promises();
  readonly #policy: FsyncPolicy;
  readonly #random: Random;
  #incarnation: number;

  constructor(image: DiskImage, policy: FsyncPolicy, random: Random, incarnation: number) {
    this.#disk = new PowerLossDisk(image);
    this.#policy = policy;
    this.#random = random;
    this.#incarnation = incarnation;
  }

  /** Now and then a server is killed, or ends in order, and the next one starts: what was written is there then, synced or not. */
  live(): void {
    for (let start = 0; start < STARTS; start++) {
      // Killed at any of the operations on the disk, or ended in order, or still at work when the power goes.
      if (this.#random.chance(0.7)) this.#disk.killSoon(this.#random.between(1, 40));
      try {
        this.#run();
      } catch (error) {
        if (!this.#disk.isDeserted) throw error;
      }
      this.#disk.takeOver();
    }
  }

  #run(): void {
    const store = new CrashingStore(this.#disk, this.#policy, this.#promises, this.#incarnation++);
    for (let step = 0; step < STEPS && !this.#disk.isDeserted; step++) store.step(this.#random);
    if (this.#random.chance(0.3)) store.close();
  }

  /** Looks at what may be left when the power goes, at each moment, and returns one of these states. */
  end(aftermath: Aftermath): DiskImage {
    const end = this.#random.between(1, this.#disk.moment);
    let last: DiskImage = new Map();
    for (let lost = 1; lost <= this.#disk.moment; lost++) {
      for (const image of this.#disk.imagesAfterLoss(lost, IMAGES_OF_A_MOMENT, this.#random.below(2 ** 32))) {
        const turns = aftermath.turnsOn(image);
        const promised = this.#promises.at(lost);
        if (turns < promised) throw new Error(`${turns} turns are left of ${promised} that were promised, at moment ${lost}`);
        if (lost === end) last = image;
      }
    }
    return last;
  }
}

for (const policy of ['always', 'everysec', 'no'] as const) {
  t.test(`after a power loss at any moment all that was promised with "${policy}" is there, whole and in order`, async (t) => {
    const aftermath = new Aftermath(policy);
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      let image: DiskImage = new Map();
      for (let number = 0; number < LIVES; number++) {
        const life = new Life(image, policy, random, number * STARTS);
        try {
          life.live();
          image = life.end(aftermath);
        } catch (error) {
          throw new Error(`seed ${seed}, life ${number + 1}: ${(error as Error).message}`, { cause: error });
        }
      }
    }
    t.ok(aftermath.states > 100, `${aftermath.states} states of the disk`);
    t.comment(`${aftermath.states} states of the disk were recovered from`);
  });
}

t.test('who takes over from a store that was killed at any operation of a snapshot loses nothing to a power loss either', async (t) => {
  let operations = 1;
  for (; isKilledInSnapshot(operations); operations++);
  t.ok(operations > 10, `a snapshot takes ${operations - 1} operations`);
});

/** Kills a store so far into a snapshot, has another one go on, and takes the power away. Returns false if the snapshot was over before. */
function isKilledInSnapshot(distance: number): boolean {
  const disk = new PowerLossDisk();
  const promises = new Promises();
  const first = new CrashingStore(disk, 'no', promises, 0);
  first.turn();
  disk.killSoon(distance);
  try {
    first.snapshot();
  } catch (error) {
    if (!disk.isDeserted) throw error;
  }
  const isKilled = disk.isDeserted;
  disk.takeOver();
  new CrashingStore(disk, 'no', promises, 1).turn();
  for (const image of disk.imagesAfterLoss(disk.moment, ALL, distance)) {
    const { turns } = new CrashingStore(new PowerLossDisk(image), 'no');
    if (turns < promises.at(disk.moment)) throw new Error(`killed after ${distance} operations: ${turns} turns are left of ${promises.at(disk.moment)}`);
  }
  return isKilled;
}
