import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { DurableStore } from '../../src/durability/durable-store.js';
import { openStore } from '../../src/durability/open-store.js';
import type { FsyncPolicy } from '../../src/server/durability.js';
import type { KvOptions } from '../../src/server/settings.js';
import { LocalServer } from '../support/local-server.js';
import { MemoryDisk } from '../support/memory-disk.js';

const SILENT = { error() {}, warn() {}, info() {}, debug() {}, child: () => SILENT, isLevelEnabled: () => false };

/** A server whose data is on a disk in memory, and whose turns end when the test says so. */
class DurableServer extends LocalServer {
  readonly store: DurableStore;

  constructor(
    policy: FsyncPolicy,
    readonly disk = new MemoryDisk(),
    maxRecordBytes?: number,
    options: KvOptions = {},
  ) {
    super({ dir: disk.folder, appendfsync: policy, ...options });
    this.store = openStore({ server: this.server, disk, log: SILENT, wake() {}, waitFor() {}, maxRecordBytes }, this.registry);
  }

  /** Returns whether output may leave. */
  endTurn(): boolean {
    return this.store.write();
  }

  /** Another one that finds what this one's disk has after a power loss. */
  afterPowerLoss(): DurableServer {
    return new DurableServer('always', this.disk.afterPowerLoss());
  }
}

/** A sync that is under way comes to its end, and the next one begins and ends. */
async function synced(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** One that was asked for is made, or fails. */
async function snapshotEnds(server: DurableServer): Promise<void> {
  do {
    await synced();
    server.elapse(1);
  } while (server.connect().send('INFO persistence').includes('rdb_bgsave_in_progress:1'));
  await synced();
}

t.test('with always a reply leaves when a power loss cannot undo what it tells of, and not before', async (t) => {
  const server = new DurableServer('always');
  const client = server.connect();
  t.equal(client.send('SET a 1'), '');
  t.equal(server.store.facts.withheldBytes, '+OK\r\n'.length);
  t.equal(server.afterPowerLoss().connect().send('GET a'), '$-1');
  server.endTurn();
  await synced();
  t.equal(client.received(), '+OK');
  t.equal(server.store.facts.withheldBytes, 0);
  t.equal(server.afterPowerLoss().connect().send('GET a'), '$1 1');
});

t.test('a snapshot that was overtaken by one made at once does not come into the next one', async (t) => {
  const server = new DurableServer('always');
  const client = server.connect();
  client.send('SET a 1');
  server.store.startSnapshot();
  server.store.snapshotNow();
  // Slices come after the sync for the one that was overtaken, and after that for the next one.
  const slices = [setImmediate()];
  server.store.startSnapshot();
  slices.push(setImmediate());
  for (const slice of slices) {
    await slice;
    server.elapse(10);
  }
  await snapshotEnds(server);
  t.equal(server.afterPowerLoss().connect().send('GET a'), '$1 1');
  t.equal(client.send('BGSAVE').includes('started'), true);
});

t.test('who waits when appendfsync is set to no gets its reply', async (t) => {
  const server = new DurableServer('always');
  const [writer, operator] = [server.connect(), server.connect()];
  writer.send('SET a 1');
  server.endTurn();
  writer.send('SET b 1');
  operator.send('CONFIG SET appendfsync no');
  server.endTurn();
  await synced();
  server.endTurn();
  await synced();
  t.equal(writer.received(), '+OK +OK');
  t.equal(server.afterPowerLoss().connect().send('GET b'), '$1 1');
});

t.test('whoever asks for safety while a sync is under way gets it by the next one, whatever the policy', async (t) => {
  const server = new DurableServer('no');
  const client = server.connect();
  client.send('SET a 1');
  const first = server.store.secured();
  client.send('SET b 1');
  let isSecond = false;
  void server.store.secured().then(() => (isSecond = true));
  await first;
  server.endTurn();
  await synced();
  t.ok(isSecond);
  t.equal(server.afterPowerLoss().connect().send('GET b'), '$1 1');
});

t.test('nobody is told of a change that is not safe: neither who reads it nor who is told of it', async (t) => {
  const server = new DurableServer('always');
  const [writer, reader, listener] = [server.connect(), server.connect(), server.connect()];
  writer.send('CONFIG SET notify-keyspace-events KEA');
  listener.send('SUBSCRIBE __keyevent@0__:set');
  t.equal(reader.send('GET a'), '$-1', 'without a change nobody waits');
  writer.send('SET a 1');
  t.equal(reader.send('GET a', 'PING'), '');
  t.equal(listener.received(), '');
  server.endTurn();
  await synced();
  t.equal(writer.received(), '+OK');
  t.equal(reader.received(), '$1 1 +PONG');
  t.equal(listener.received(), '*3 $7 message $18 __keyevent@0__:set $1 a');
});

t.test('a message that a transaction or a script has sent waits for all of it, and one that tells of no change for nothing', async (t) => {
  for (const [isScript, lines] of [[false, ['MULTI', 'PUBLISH c before', 'SET a 1', 'EXEC']], [true, [`EVAL redis.call('PUBLISH','c','before');redis.call('SET','a','1') 0`]]] as const) {
    const server = new DurableServer('always');
    const [writer, listener] = [server.connect(), server.connect()];
    listener.send('SUBSCRIBE c');
    writer.send(...lines);
    t.equal(listener.received(), '', isScript ? 'script' : 'transaction');
    server.endTurn();
    await synced();
    t.equal(listener.received(), '*3 $7 message $1 c $6 before');
    writer.send('MULTI', 'PUBLISH c after', 'EXEC');
    server.endTurn();
    t.equal(listener.received(), '*3 $7 message $1 c $5 after');
  }
});

t.test('each client has its replies in order, those of later changes after theirs are safe', async (t) => {
  const server = new DurableServer('always');
  const client = server.connect();
  client.send('INCR n');
  server.endTurn();
  client.send('INCR n', 'PING');
  server.endTurn();
  await setImmediate();
  t.equal(client.received(), ':1');
  server.endTurn();
  await synced();
  t.equal(client.received(), ':2 +PONG');
});

t.test('a client that goes has its last reply first, whether it quits or has sent all', async (t) => {
  const server = new DurableServer('always');
  const [quitter, half] = [server.connect(), server.connect()];
  quitter.send('SET a 1', 'QUIT');
  half.send('SET b 1');
  let isAnswered = false;
  void server.halfClose(half)?.then(() => (isAnswered = true));
  t.equal(quitter.phase, 'open');
  server.endTurn();
  await synced();
  t.equal(quitter.received(), '+OK +OK');
  t.equal(quitter.phase, 'draining');
  t.equal(half.received(), '+OK');
  t.equal(isAnswered, true);
});

t.test('with everysec replies leave with the turn; while a sync takes too long they wait for it', async (t) => {
  const server = new DurableServer('everysec');
  const client = server.connect();
  t.equal(client.send('SET a 1'), '+OK');
  server.endTurn();
  t.equal(client.send('SET b 1'), '+OK');
  t.equal(server.afterPowerLoss().connect().send('DBSIZE'), ':0');
  server.endTurn();
  server.tick();
  await synced();
  t.equal(server.afterPowerLoss().connect().send('DBSIZE'), ':2');
});

t.test('who asks that all be safe waits for a sync, whatever the policy, and not without a reason', async (t) => {
  for (const policy of ['always', 'everysec', 'no'] as const) {
    const server = new DurableServer(policy);
    await server.store.secured();
    server.connect().send('SET a 1');
    await server.store.secured();
    t.equal(server.afterPowerLoss().connect().send('GET a'), '$1 1', policy);
  }
});

t.test('who waits for a sync has one, also where there would be none by the policy: it was changed, or one that was under way came too early', async (t) => {
  const server = new DurableServer('always');
  const [early, late, operator] = [server.connect(), server.connect(), server.connect()];
  early.send('SET a 1');
  server.endTurn();
  late.send('SET b 1');
  operator.send('CONFIG SET appendfsync no');
  let isSecured = false;
  void server.store.secured().then(() => (isSecured = true));
  server.endTurn();
  await synced();
  t.equal(early.received(), '+OK');
  server.endTurn();
  await synced();
  t.equal(late.received(), '+OK');
  t.equal(isSecured, true);
});

t.test('while the disk is full writes are refused and reads answered, and afterwards everything goes on', async (t) => {
  for (const policy of ['always', 'everysec'] as const) {
    const server = new DurableServer(policy);
    const [early, late] = [server.connect(), server.connect()];
    early.send('SET a 1');
    server.endTurn();
    await synced();
    early.received();
    server.disk.roomBytes = server.disk.get('log-1').length + 5;
    early.send('SET b 1');
    t.equal(server.endTurn(), policy === 'always');
    t.equal(late.send('SET c 1'), '-MISCONF Errors writing to the AOF file: No space left on device', policy);
    t.equal(late.send('GET a'), '$1 1');
    server.disk.roomBytes = Number.POSITIVE_INFINITY;
    server.elapse(0);
    server.tick();
    await synced();
    if (policy === 'always') t.equal(early.received(), '+OK', 'the reply of what had not been written comes when it has');
    else t.equal(early.phase, 'closed', 'who would have been told of what was not written is told nothing');
    t.equal(late.phase, 'open');
    late.send('SET c 1');
    await server.store.secured();
    t.equal(server.afterPowerLoss().connect().send('MGET a b c'), '*3 $1 1 $1 1 $1 1');
  }
});

t.test('with always a full disk keeps nobody waiting who only reads, also if that was asked for before the disk was known to be full', async (t) => {
  const server = new DurableServer('always');
  const [writer, both, reader, leaver] = [server.connect(), server.connect(), server.connect(), server.connect()];
  both.send('SET c 1');
  server.endTurn();
  await synced();
  both.received();
  server.disk.roomBytes = server.disk.get('log-1').length;
  t.equal(writer.send('SET a 1'), '');
  t.equal(both.send('APPEND b 1'), '');
  t.equal(both.send('GET c'), '', 'what comes behind a change waits with it');
  t.equal(reader.send('GET c'), '');
  t.equal(leaver.send('QUIT'), '');
  server.endTurn();
  t.equal(reader.received(), '$1 1');
  t.equal(leaver.received(), '+OK');
  t.not(leaver.phase, 'open');
  t.same([writer.received(), both.received()], ['', '']);
  t.equal(server.store.facts.withheldBytes, '+OK\r\n:1\r\n$1\r\n1\r\n'.length);
  server.disk.roomBytes = Number.POSITIVE_INFINITY;
  server.tick();
  await synced();
  t.same([writer.received(), both.received()], ['+OK', ':1 $1 1']);
});

/** How a client changes something, each in lines that are sent together. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'a command': ['SET a 1'],
  'one that comes in front of many that read': ['SET a 1', ...Array.from({ length: 100 }, () => 'GET large')],
  'a transaction': ['MULTI', 'GET b', 'SET a 1', 'EXEC'],
  'a script': [`EVAL return{redis.call('SET','a','1'),redis.call('GET','b')} 0`],
  'a script in a transaction': ['MULTI', `EVAL return{redis.call('SET','a','1')} 0`, 'EXEC'],
  'a pop for which somebody waits': ['LPUSH list 1'],
  'a message in a script': [`EVAL redis.call('PUBLISH','channel','text');return{redis.call('SET','a','1')} 0`],
};

for (const [what, lines] of Object.entries(CHANGES)) {
  t.test(`with always nobody is told of ${what} that a full disk has not taken`, async (t) => {
    const server = new DurableServer('always');
    const [writer, waiter] = [server.connect(), server.connect()];
    writer.send(`SET large ${'v'.repeat(10_000)}`);
    waiter.send('BLPOP list 0');
    server.endTurn();
    await synced();
    writer.received();
    server.disk.roomBytes = server.disk.get('log-1').length;
    t.equal(writer.send(...lines), '');
    server.endTurn();
    server.endTurn();
    t.equal(writer.received(), '');
    t.equal(waiter.received(), '');
    server.disk.roomBytes = Number.POSITIVE_INFINITY;
    server.tick();
    await synced();
    t.not(writer.received(), '');
    t.equal(waiter.received(), what.startsWith('a pop') ? '*2 $4 list $1 1' : '');
  });
}

t.test('with always a full disk keeps nobody waiting who changes nothing with a command that could', async (t) => {
  const server = new DurableServer('always');
  const inVain = ['DEL nothing', 'BLPOP nothing 0', `EVAL return{redis.call('DEL','nothing')} 0`];
  const [writer, ...readers] = [server.connect(), ...inVain.map(() => server.connect())];
  server.disk.roomBytes = server.disk.get('log-1').length;
  t.equal(writer.send('SET a 1'), '');
  readers.forEach((reader, index) => t.equal(reader.send('PING', inVain[index] as string), ''));
  server.endTurn();
  t.same(readers.map((reader) => reader.received()), ['+PONG :0', '+PONG', '+PONG *1 :0']);
  t.equal(writer.received(), '');
});

t.test('a full disk ends whoever would have been told of what it has not taken, and nobody who comes later in that turn', (t) => {
  const server = new DurableServer('everysec');
  const [early, late] = [server.connect(), server.connect()];
  server.disk.roomBytes = server.disk.get('log-1').length;
  early.send('SET a 1');
  t.equal(server.endTurn(), false);
  server.elapse(0);
  late.send('GET b');
  t.equal(server.endTurn(), true);
  server.elapse(0);
  t.same([early.phase, late.phase], ['closed', 'open']);
  t.end();
});

t.test('with always the first write after a refusal waits for its sync as every other one', async (t) => {
  const full = new DurableServer('always');
  full.disk.roomBytes = full.disk.get('log-1').length;
  full.connect().send('SET a 1');
  full.endTurn();
  full.disk.roomBytes = Number.POSITIVE_INFINITY;
  full.tick();
  t.equal(full.connect().send('SET b 1'), '', 'there is room again');

  const overfull = new DurableServer('always', new MemoryDisk(), 10_000);
  overfull.connect().send(`SET a ${'v'.repeat(10_000)}`);
  overfull.endTurn();
  overfull.store.snapshotNow();
  t.equal(overfull.connect().send('SET b 1'), '', 'a snapshot has what no record could hold');
});

t.test('a sync that fails ends a server with always: what waits is never sent', async (t) => {
  const server = new DurableServer('always');
  const client = server.connect();
  client.send('SET a 1');
  server.disk.fail('sync', 'EIO');
  server.endTurn();
  await synced();
  t.throws(() => server.endTurn(), { code: 'EL_STORE_FAILED', message: /^the log in \/memory cannot be written any more \(EIO: / });
  t.equal(client.received(), '');
  await t.rejects(server.store.secured(), { code: 'EL_STORE_FAILED' });
  t.throws(() => server.store.close(), { code: 'EL_STORE_FAILED' });
});

t.test('what a sync has failed for is written again by the next server: it finds it, and no sync of its own would tell that the disk has not', async (t) => {
  const server = new DurableServer('always');
  server.connect().send('SET a 1');
  server.disk.fail('sync', 'EIO');
  server.endTurn();
  await synced();
  const next = new DurableServer('always', server.disk);
  const client = next.connect();
  t.equal(client.send('GET a'), '$1 1');
  client.send('SET b 1');
  next.endTurn();
  await synced();
  t.equal(client.received(), '+OK');
  t.equal(next.afterPowerLoss().connect().send('MGET a b'), '*2 $1 1 $1 1');
});

t.test('a write that fails for good ends a server with always as well', (t) => {
  const server = new DurableServer('always');
  const client = server.connect();
  client.send('SET a 1');
  server.disk.fail('write', 'EIO');
  t.throws(() => server.endTurn(), { code: 'EL_STORE_FAILED' });
  t.equal(client.received(), '');
  t.end();
});

t.test('with always nothing is acknowledged that a full disk has not taken, also where it was tried before the turn had ended', async (t) => {
  const server = new DurableServer('always');
  const client = server.connect();
  server.disk.roomBytes = server.disk.get('log-1').length;
  t.equal(client.send(`SET a ${'v'.repeat(2 ** 20)}`), '');
  server.endTurn();
  t.equal(server.connect().send('EXISTS a'), ':1', 'others read meanwhile');
  server.disk.roomBytes = Number.POSITIVE_INFINITY;
  server.tick();
  await synced();
  t.equal(client.received(), '+OK');
});

t.test('a store that ends on a full disk says that what it could not write is lost', (t) => {
  const server = new DurableServer('everysec');
  server.disk.roomBytes = server.disk.get('log-1').length;
  server.connect().send('SET a 1');
  server.endTurn();
  t.throws(() => server.store.close(), { code: 'EL_STORE_FAILED', message: 'what was changed last is not in the log (No space left on device), and lost' });
  t.end();
});

t.test('a snapshot that waits for the log to be safe begins when a sync fails, and makes it good', async (t) => {
  const server = new DurableServer('everysec');
  const client = server.connect();
  client.send('SET a 1');
  server.endTurn();
  server.disk.fail('sync', 'EIO', 1);
  client.send('BGREWRITEAOF');
  await synced();
  t.match(client.send('SET b 1'), /^-MISCONF/);
  await snapshotEnds(server);
  t.equal(client.send('SET b 1'), '+OK');
  await server.store.secured();
  t.equal(server.afterPowerLoss().connect().send('MGET a b'), '*2 $1 1 $1 1');
});

t.test('a snapshot under way does not make good what a sync after its beginning has failed for', async (t) => {
  const server = new DurableServer('everysec');
  const client = server.connect();
  // As many as one slice of it does not write.
  for (let i = 0; i < 20; i++) client.send(`MSET${Array.from({ length: 1000 }, (_, j) => ` key-${i}-${j} 1`).join('')}`);
  client.send('BGREWRITEAOF');
  while (!server.disk.list().includes('snapshot-2.tmp')) {
    await synced();
    server.elapse(1);
  }
  client.send('SET b 1');
  server.endTurn();
  server.disk.fail('sync', 'EIO');
  server.tick();
  await synced();
  await snapshotEnds(server);
  t.match(client.send('SET c 1'), /^-MISCONF/);
  server.store.snapshotNow();
  t.equal(client.send('SET c 1'), '+OK');
});

t.test('the log that was to be the next one stays where the present one may name it already, and is gone otherwise', async (t) => {
  for (const [passes, files] of [[2, ['log-1', 'log-2']], [1, ['log-1']]] as const) {
    const server = new DurableServer('everysec');
    server.disk.fail('sync', 'EIO', passes);
    server.connect().send('BGREWRITEAOF');
    await snapshotEnds(server);
    try {
      server.store.close();
    } catch {
      // Where the log is lost.
    }
    t.same(server.disk.list(), files);
    t.equal(new DurableServer('everysec', server.disk).connect().send('DBSIZE'), ':0', 'and another server starts from it');
  }
});

t.test('a transaction that no record can hold waits for a snapshot, and is there as a whole or not at all', async (t) => {
  for (const policy of ['always', 'everysec'] as const) {
    const server = new DurableServer(policy, new MemoryDisk(), 100_000);
    const [client, other] = [server.connect(), server.connect()];
    client.send('SET before 1');
    server.endTurn();
    await synced();
    client.received();
    const parts = [client.send('SET same 1', 'MULTI', 'SET a 1', `SET b ${'v'.repeat(100_000)}`, 'SET c 1', 'EXEC')];
    // So much is not served at once.
    for (let slice = 0; slice < 4; slice++) server.elapse(0);
    server.endTurn();
    await synced();
    parts.push(client.received());
    t.notMatch(parts.join(' '), '*3', 'nobody is told of it');
    t.match(other.send('SET d 1'), /^-MISCONF A transaction was larger than a record of the log can be/);
    t.equal(other.send('GET c'), '$1 1');
    t.equal(new DurableServer('always', server.disk.copy()).connect().send('MGET before same a b c'), '*5 $1 1 $1 1 $-1 $-1 $-1', policy);
    await snapshotEnds(server);
    t.match(client.received(), /\*3 \+OK \+OK \+OK$/);
    other.send('SET d 1');
    await server.store.secured();
    t.equal(server.afterPowerLoss().connect().send('EXISTS before same a b c d'), ':6');
  }
});

t.test('a server with fewer databases than the folder has is told of its option, and not of damage', async (t) => {
  for (const commands of [['SELECT 12', 'SET a 1'], ['MOVE b 12'], ['COPY b b DB 12'], ['SWAPDB 0 12']]) {
    const server = new DurableServer('always');
    server.connect().send('SET b 1', ...commands);
    server.endTurn();
    const start = (): unknown => new DurableServer('always', server.disk.copy(), undefined, { databases: 12 });
    t.throws(start, { code: 'EL_OPTION_INVALID', message: /^databases is 12, and the data folder has data in (database 12; set it to at least 13|more databases; set it to as many as before)$/ });
    if (commands.length === 1) continue;
    server.store.snapshotNow();
    t.throws(start, { code: 'EL_OPTION_INVALID', message: /database 12; set it to at least 13$/ });
  }
});

t.test('a sync that fails has writes refused with everysec, until a snapshot has begun the log anew', async (t) => {
  const server = new DurableServer('everysec');
  const client = server.connect();
  client.send('SET a 1');
  server.endTurn();
  server.disk.fail('sync', 'EIO');
  server.tick();
  await synced();
  t.match(client.send('SET b 1'), /^-MISCONF Errors writing to the AOF file: /);
  t.equal(client.send('GET a'), '$1 1');
  server.store.snapshotNow();
  t.equal(client.send('SET b 1'), '+OK');
  await server.store.secured();
  t.equal(server.afterPowerLoss().connect().send('MGET a b'), '*2 $1 1 $1 1');
});

t.test('files that cannot be looked for when a snapshot is whole are removed after the next one', async (t) => {
  const server = new DurableServer('everysec');
  server.connect().send('SET a 1');
  server.disk.fail('list', 'EMFILE', 1);
  server.store.snapshotNow();
  t.equal(server.store.facts.lastSaveSucceeded, true);
  t.same(server.disk.list().toSorted(), ['log-1', 'log-2', 'snapshot-2']);
  server.store.snapshotNow();
  t.same(server.disk.list().toSorted(), ['log-3', 'snapshot-3']);
});

t.test('a store that is closed refuses writes: they would be lost', (t) => {
  const server = new DurableServer('no');
  const client = server.connect();
  client.send('SET a 1');
  server.store.close();
  t.match(client.send('SET a 2'), /^-MISCONF/);
  t.equal(server.afterPowerLoss().connect().send('GET a'), '$1 1');
  t.end();
});

t.test('what was allowed when it happened is read back though it is not allowed any more', (t) => {
  const server = new DurableServer('no', undefined, undefined, { protoMaxBulkLen: 4 * 1024 * 1024 });
  server.connect().send('SETRANGE a 3000000 end');
  server.store.close();
  const next = new DurableServer('no', server.disk.afterPowerLoss(), undefined, { protoMaxBulkLen: 1024 * 1024 });
  const client = next.connect();
  t.equal(client.send('STRLEN a'), ':3000003');
  t.match(client.send('SETRANGE a 3000000 end'), /^-ERR string exceeds/);
  t.end();
});
