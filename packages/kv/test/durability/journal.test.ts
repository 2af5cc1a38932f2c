import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { Journal } from '../../src/durability/journal.js';
import type { JournalOwner } from '../../src/durability/journal-owner.js';
import { FILE_HEADER_BYTES, type FileHeader } from '../../src/log/file-header.js';
import { EffectReader } from '../../src/log/effect-reader.js';
import { createRecordFile, readFileHeader } from '../../src/log/record-file.js';
import { readClosing } from '../../src/log/record-kind.js';
import { RecordReader } from '../../src/log/record-reader.js';
import { Request } from '../../src/protocol/request.js';
import type { FsyncPolicy } from '../../src/server/durability.js';
import { MemoryDisk } from '../support/memory-disk.js';

const LINEAGE = Buffer.alloc(16, 1);

/** A journal on a disk in memory, and what it has told. */
class Kept implements JournalOwner {
  readonly disk = new MemoryDisk();
  readonly journal: Journal;
  readonly told: string[] = [];
  readonly #periodic = new Map<() => void, number>();

  constructor(policy: FsyncPolicy) {
    const writer = createRecordFile(this.disk, 'log-1', { kind: 'log', number: 1, lineage: LINEAGE });
    const every = (periodMs: number, callback: () => void) => {
      this.#periodic.set(callback, periodMs);
      return { cancel: () => this.#periodic.delete(callback) };
    };
    this.journal = new Journal(writer, { every }, this);
    this.journal.policy = policy;
  }

  wake(): void {
    this.told.push('wake');
  }

  onSync(): void {}

  onSafe(record: number): void {
    this.told.push(`safe ${record}`);
  }

  onWriteFailed({ code }: NodeJS.ErrnoException): void {
    this.told.push(`write failed ${code}`);
  }

  onWritable(): void {
    this.told.push('writable');
  }

  onOverfull(): void {
    this.told.push('overfull');
  }

  onLost({ code }: NodeJS.ErrnoException): void {
    this.told.push(`lost by ${code}`);
  }

  /** A command that has changed data. */
  change(...words: string[]): void {
    this.note(0, ...words);
    this.journal.commit();
  }

  note(database: number, ...words: string[]): void {
    this.journal.note(database, new Request(words.map((word) => Buffer.from(word))));
  }

  /** A second passes. */
  tick(): void {
    for (const [callback, periodMs] of this.#periodic) if (periodMs === 1000) callback();
  }

  /** So much less passes that only what was refused is tried again. */
  pass(): void {
    for (const [callback, periodMs] of this.#periodic) if (periodMs < 1000) callback();
  }

  /** What a log has, a line for a record: each effect with its database if that is not 0. */
  log(name = 'log-1', disk = this.disk): string[] {
    const file = disk.open(name);
    const header = readFileHeader(file);
    if (typeof header === 'string') throw new Error(header);
    const lines: string[] = [];
    new RecordReader(file, header.salt).read(FILE_HEADER_BYTES, (bytes, start, end) => {
      const next = readClosing(bytes, start, end);
      lines.push(next === undefined ? effectsOf(bytes, start, end) : `goes on in ${next}`);
    });
    return lines;
  }

  /** What would be in it after a power loss. */
  get safeLog(): string[] {
    return this.log('log-1', this.disk.afterPowerLoss());
  }

  /** The same, if its name were safe. */
  get safeFileLog(): string[] {
    this.disk.syncFolder();
    return this.safeLog;
  }
}

function effectsOf(bytes: Buffer, start: number, end: number): string {
  const reader = new EffectReader();
  reader.begin(bytes, start, end);
  const effects: string[] = [];
  while (reader.next()) {
    const words = Array.from({ length: reader.count }, (_, i) => reader.source.toString('latin1', reader.starts[i], reader.ends[i]));
    effects.push(`${reader.database === 0 ? '' : `${reader.database}: `}${words.join(' ')}`);
  }
  return effects.join(', ');
}

t.test('what a turn has changed is one record, and the loop is asked for a turn once', (t) => {
  const kept = new Kept('no');
  kept.change('SET', 'a', '1');
  kept.change('SET', 'b', '2');
  t.same(kept.told, ['wake']);
  t.same(kept.log(), [], 'nothing is written before the turn ends');
  kept.journal.write();
  kept.change('DEL', 'a');
  kept.journal.write();
  kept.journal.write();
  t.same(kept.log(), ['SET a 1, SET b 2', 'DEL a']);
  t.end();
});

t.test('a transaction that has not ended is not written, and follows in one piece, for the database that it was for', (t) => {
  const kept = new Kept('no');
  kept.note(3, 'SET', 'before', '1');
  kept.journal.commit();
  kept.note(3, 'SET', 'first', '1');
  kept.note(0, 'SET', 'second', '1');
  kept.journal.write();
  t.same(kept.log(), ['3: SET before 1']);
  kept.note(3, 'SET', 'third', '1');
  kept.journal.commit();
  kept.change('SET', 'behind', '1');
  kept.journal.write();
  t.same(kept.log(), ['3: SET before 1', '3: SET first 1, SET second 1, 3: SET third 1, SET behind 1']);
  t.end();
});

t.test('with always, one sync serves all that was written before it began, and the next one all that came meanwhile', async (t) => {
  const kept = new Kept('always');
  kept.change('SET', 'a', '1');
  t.equal(kept.journal.current, 1);
  kept.journal.write();
  for (const key of ['b', 'c']) {
    kept.change('SET', key, '1');
    kept.journal.write();
  }
  t.same([kept.journal.written, kept.journal.safe], [3, 0]);
  await setImmediate();
  t.equal(kept.told.pop(), 'wake', 'there is more to sync, in the turn that sends what is free now');
  kept.journal.write();
  await setImmediate();
  t.same(kept.told.filter((line) => line.startsWith('safe')), ['safe 1', 'safe 3']);
  t.equal(kept.journal.syncs.count, 2);
});

/** Has three turns synced together. */
async function serveThree(kept: Kept): Promise<void> {
  for (const key of ['a', 'b', 'c', 'd']) {
    kept.change('SET', key, '1');
    kept.journal.write();
  }
  await setImmediate();
  kept.journal.write();
  await setImmediate();
}

t.test('with always, a sync is put off while turns bring more of those that the last one has served together', async (t) => {
  const kept = new Kept('always');
  await serveThree(kept);
  t.same([kept.journal.safe, kept.journal.syncs.count], [4, 2]);
  for (const key of ['a', 'b', 'c']) {
    kept.change('SET', key, '2');
    kept.journal.write();
    t.notOk(kept.journal.syncs.isUnderWay, 'another may come');
    t.equal(kept.told.pop(), 'wake', 'the next turn comes also if nobody does');
  }
  kept.journal.write();
  kept.journal.write();
  t.notOk(kept.journal.syncs.isUnderWay);
  kept.journal.write();
  t.ok(kept.journal.syncs.isUnderWay, 'nobody has come for three turns');
  await setImmediate();
  t.same([kept.journal.safe, kept.journal.syncs.count], [7, 3]);
});

t.test('with always, a sync is not put off for long, and not for a client that is alone', async (t) => {
  const kept = new Kept('always');
  await serveThree(kept);
  let turns = 0;
  for (; !kept.journal.syncs.isUnderWay && turns < 100; turns++) {
    kept.change('INCR', 'a');
    kept.journal.write();
  }
  t.equal(turns, 32);
  await setImmediate();
  kept.change('INCR', 'a');
  for (let turn = 0; turn < 4; turn++) kept.journal.write();
  await setImmediate();
  t.equal(kept.journal.safe, 4 + 32 + 1);
  kept.change('INCR', 'a');
  kept.journal.write();
  t.ok(kept.journal.syncs.isUnderWay, 'the last one has served one alone');
});

t.test('with always, what waits for others is synced within a second also if no turn comes', async (t) => {
  const kept = new Kept('always');
  await serveThree(kept);
  kept.change('SET', 'a', '2');
  kept.journal.write();
  kept.tick();
  await setImmediate();
  t.equal(kept.journal.safe, 5);
});

t.test('with everysec it is synced once a second, with no never', async (t) => {
  for (const [policy, safe] of [['everysec', ['SET a 1']], ['no', []]] as const) {
    const kept = new Kept(policy);
    kept.change('SET', 'a', '1');
    kept.journal.write();
    await setImmediate();
    t.equal(kept.journal.safe, 0);
    kept.tick();
    await setImmediate();
    t.equal(kept.journal.safe, safe.length);
    kept.journal.close();
    t.same(kept.safeFileLog, ['SET a 1'], 'what is closed is synced');
    t.same(kept.log(), ['SET a 1', ''], 'and says so');
  }
});

t.test('a sync counts when it has ended, and a second counts as one of delay when clients wait for a sync that takes too long', async (t) => {
  const kept = new Kept('everysec');
  kept.change('SET', 'a', '1');
  kept.journal.write();
  const beganMs = performance.now();
  kept.tick();
  kept.tick();
  t.same([kept.journal.syncs.count, kept.journal.syncs.delays], [0, 0], 'one that is under way is not late yet');
  t.intercept(performance, 'now', { value: () => beganMs + 2500 });
  kept.tick();
  kept.tick();
  t.equal(kept.journal.syncs.delays, 2);
  await setImmediate();
  kept.tick();
  t.same([kept.journal.syncs.count, kept.journal.syncs.delays], [1, 2]);
  t.ok(kept.journal.syncs.totalMs > 2000 && kept.journal.syncs.totalMs <= 2500);
});

t.test('when nothing more comes, the last records are said to be synced: damage to them is none that a crash leaves', async (t) => {
  const kept = new Kept('everysec');
  kept.change('SET', 'a', '1');
  kept.journal.write();
  const { length } = kept.disk.get('log-1');
  kept.tick();
  await setImmediate();
  kept.tick();
  kept.tick();
  t.same(kept.log(), ['SET a 1', ''], 'once');
  const bytes = kept.disk.get('log-1');
  bytes[length - 1]! ^= 1;
  kept.disk.set('log-1', bytes);
  const file = kept.disk.open('log-1');
  const header = readFileHeader(file) as FileHeader;
  t.match(new RecordReader(file, header.salt).read(FILE_HEADER_BYTES, () => {}), { kind: 'corrupt', position: FILE_HEADER_BYTES });
});

t.test('a full disk is tried again until it takes everything, in order and once', (t) => {
  const kept = new Kept('no');
  kept.change('SET', 'a', '1');
  kept.journal.write();
  kept.disk.roomBytes = kept.disk.get('log-1').length + 10;
  kept.change('SET', 'b', '2');
  kept.journal.write();
  kept.change('SET', 'c', '3');
  kept.journal.write();
  t.same(kept.log(), ['SET a 1'], 'nothing is left of what did not fit');
  kept.pass();
  t.same(kept.told, ['wake', 'wake', 'write failed ENOSPC', 'wake']);
  kept.disk.roomBytes = Number.POSITIVE_INFINITY;
  kept.pass();
  t.same(kept.log(), ['SET a 1', 'SET b 2, SET c 3']);
  t.same(kept.told.at(-1), 'writable');
  kept.change('SET', 'd', '4');
  kept.journal.write();
  t.same(kept.log(), ['SET a 1', 'SET b 2, SET c 3', 'SET d 4']);
  t.end();
});

t.test('a transaction during which the disk is full is written in one piece when there is room', (t) => {
  const kept = new Kept('no');
  kept.change('SET', 'before', '1');
  kept.note(3, 'SET', 'first', '1');
  kept.disk.roomBytes = kept.disk.get('log-1').length;
  kept.journal.write();
  kept.note(3, 'SET', 'second', '1');
  kept.journal.commit();
  kept.disk.roomBytes = Number.POSITIVE_INFINITY;
  kept.pass();
  t.same(kept.log(), ['SET before 1, 3: SET first 1, 3: SET second 1']);
  t.end();
});

t.test('a disk that fails, and does not only lack room, is not tried again: what it has is not known any more', (t) => {
  const kept = new Kept('no');
  kept.change('SET', 'a', '1');
  kept.disk.fail('write', 'EIO');
  kept.journal.write();
  t.same(kept.told.at(-1), 'lost by EIO');
  kept.change('SET', 'b', '2');
  kept.journal.write();
  kept.pass();
  t.same([kept.log(), kept.told.at(-1)], [[], 'lost by EIO']);
  t.end();
});

t.test('a snapshot that was begun before a sync failed makes nothing good', async (t) => {
  const kept = new Kept('everysec');
  const begin = (number: number): void => kept.journal.goOnIn(createRecordFile(kept.disk, `log-${number}`, { kind: 'log', number, lineage: LINEAGE }), number);
  begin(2);
  kept.change('SET', 'a', '1');
  kept.journal.write();
  kept.disk.fail('sync', 'EIO');
  kept.tick();
  await setImmediate();
  kept.journal.renew();
  t.equal(kept.journal.isLost, true);
  begin(3);
  kept.journal.renew();
  t.equal(kept.journal.isLost, false);
});

t.test('after a sync that has failed nothing is written, and no later one is believed, until a snapshot has made it good', async (t) => {
  const kept = new Kept('everysec');
  kept.change('SET', 'a', '1');
  kept.journal.write();
  kept.disk.fail('sync', 'EIO');
  kept.tick();
  await setImmediate();
  t.same(kept.told.at(-1), 'lost by EIO');
  kept.change('SET', 'b', '2');
  kept.journal.write();
  kept.tick();
  await setImmediate();
  t.same([kept.journal.safe, kept.log()], [0, ['SET a 1']]);

  kept.journal.goOnIn(createRecordFile(kept.disk, 'log-2', { kind: 'log', number: 2, lineage: LINEAGE }), 2);
  t.same(kept.log(), ['SET a 1'], 'the log that nobody can rely on is not ended as one that is whole');
  kept.journal.renew();
  t.equal(kept.journal.safe, kept.journal.current, 'the snapshot has all of it');
  kept.change('SET', 'c', '3');
  kept.journal.write();
  t.same(kept.log('log-2'), ['SET c 3']);
});

t.test('a log ends with the number of the next one, synced, before that is written to', (t) => {
  const kept = new Kept('no');
  kept.change('SET', 'a', '1');
  kept.disk.syncFolder();
  kept.journal.goOnIn(createRecordFile(kept.disk, 'log-2', { kind: 'log', number: 2, lineage: LINEAGE }), 2);
  t.same(kept.safeLog, ['SET a 1', 'goes on in 2']);
  kept.change('SET', 'b', '2');
  kept.journal.write();
  t.same(kept.log('log-2'), ['SET b 2']);
  t.equal(kept.journal.safe, 1);
  t.end();
});

t.test('a log that ends while it is being synced is safe when that has succeeded: of two syncs at a time only one is told of an error', async (t) => {
  for (const fails of [true, false]) {
    const kept = new Kept('always');
    const next = createRecordFile(kept.disk, 'log-2', { kind: 'log', number: 2, lineage: LINEAGE });
    kept.change('SET', 'a', '1');
    if (fails) kept.disk.fail('sync', 'EIO');
    kept.journal.write();
    kept.journal.goOnIn(next, 2);
    t.equal(kept.journal.safe, 0);
    await setImmediate();
    t.same([kept.journal.safe, kept.told.at(-1)], fails ? [0, 'lost by EIO'] : [1, 'safe 1']);
  }
});

t.test('a log that cannot be ended goes on', (t) => {
  const kept = new Kept('no');
  const next = createRecordFile(kept.disk, 'log-2', { kind: 'log', number: 2, lineage: LINEAGE });
  kept.disk.fail('write', 'ENOSPC');
  t.throws(() => kept.journal.goOnIn(next, 2), { code: 'ENOSPC' });
  kept.change('SET', 'a', '1');
  kept.journal.write();
  t.same(kept.log(), ['SET a 1']);
  t.end();
});

t.test('a log that is lost when it is about to end is not ended as one that is whole, and a snapshot makes it good', (t) => {
  const kept = new Kept('everysec');
  const next = createRecordFile(kept.disk, 'log-2', { kind: 'log', number: 2, lineage: LINEAGE });
  kept.change('SET', 'a', '1');
  kept.disk.fail('write', 'EIO');
  kept.journal.goOnIn(next, 2);
  t.same([kept.told.at(-1), kept.log()], ['lost by EIO', []]);
  kept.journal.renew();
  t.equal(kept.journal.isLost, false);
  t.end();
});

t.test('a file is not closed while it is being synced: its number could become another one’s', async (t) => {
  const kept = new Kept('always');
  kept.change('SET', 'a', '1');
  kept.journal.write();
  const open = kept.disk.opened;
  kept.journal.close();
  t.equal(kept.disk.opened, open);
  await setImmediate();
  await setImmediate();
  t.equal(kept.disk.opened, open - 1);
});
