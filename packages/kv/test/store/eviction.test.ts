import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import { AccessClock } from '../../src/store/access-clock.js';
import type { Database } from '../../src/store/database.js';
import { Keyspace } from '../../src/store/keyspace.js';
import { EvictionPool } from '../../src/store/eviction-pool.js';
import type { EvictionPolicy } from '../../src/store/eviction-policy.js';
import { Slice } from '../../src/memory/slice.js';
import { HashValue } from '../../src/values/hash-value.js';
import { Console, dialogue } from '../support/console.js';

const START_MS = 1_700_000_000_000;
const AMPLE_MS = 60_000;
/** So many samples of so few keys see every key, but for one chance in 10^17. */
const KEYS = 50;
const SAMPLES = 2000;
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.";

function newKeyspace(): Keyspace {
  const keyspace = new Keyspace(16);
  keyspace.advance(START_MS);
  return keyspace;
}

function set(db: Database, name: string, value = name): number {
  const key = Buffer.from(name);
  const bytes = Buffer.from(value);
  return db.setString(key, 0, key.length, bytes, 0, bytes.length);
}

function names(db: Database): string[] {
  const found: string[] = [];
  db.dict.forEach((entry) => found.push(db.keyOf(entry).toString()));
  return found.sort();
}

/** A keyspace with `key10` to `key59`, which are worth keeping in this order as `prepare` sees to. */
function prepared(policy: EvictionPolicy, prepare: (keyspace: Keyspace, db: Database, entry: number, rank: number) => void): Keyspace {
  const keyspace = newKeyspace();
  keyspace.eviction.configure({ maxmemory: 0, maxmemoryPolicy: policy, maxmemorySamples: SAMPLES });
  const [db] = keyspace.databases as [Database];
  for (let rank = 0; rank < KEYS; rank++) prepare(keyspace, db, set(db, `key${10 + rank}`), rank);
  return keyspace;
}

/** Evicts so many keys, all of the size of the last one. */
function evict(keyspace: Keyspace, count: number, policy: EvictionPolicy): string {
  const [db] = keyspace.databases as [Database];
  const bytesPerKey = keyspace.memory.capacity(db.find(Buffer.from('key59'), 0, 5));
  keyspace.eviction.configure({ maxmemory: keyspace.usedBytes - count * bytesPerKey, maxmemoryPolicy: policy, maxmemorySamples: SAMPLES });
  return keyspace.eviction.slice(AMPLE_MS);
}

const LAST = Array.from({ length: KEYS - 10 }, (_, index) => `key${20 + index}`);

t.test('allkeys-lru: what was not used for the longest time goes first', async (t) => {
  const keyspace = prepared('allkeys-lru', (store, _db, _entry, rank) => store.advance(START_MS + (rank + 1) * 1000));
  t.equal(evict(keyspace, 10, 'allkeys-lru'), 'done');
  t.strictSame(names(keyspace.databases[0]!), LAST);
  t.equal(keyspace.stats.evicted, 10);
});

t.test('allkeys-lru: reading a key saves it', async (t) => {
  const keyspace = prepared('allkeys-lru', (store, _db, _entry, rank) => store.advance(START_MS + (rank + 1) * 1000));
  keyspace.advance(START_MS + 100_000);
  keyspace.databases[0]!.read(Buffer.from('key10'), 0, 5);
  t.equal(evict(keyspace, 1, 'allkeys-lru'), 'done');
  t.notOk(names(keyspace.databases[0]!).includes('key11'));
  t.ok(names(keyspace.databases[0]!).includes('key10'));
});

t.test('allkeys-lfu: what was used least often goes first', async (t) => {
  const keyspace = prepared('allkeys-lfu', ({ access }, db, entry, rank) => db.setMeta(entry, access.withFrequency(db.metaOf(entry), rank)));
  t.equal(evict(keyspace, 10, 'allkeys-lfu'), 'done');
  t.strictSame(names(keyspace.databases[0]!), LAST);
});

t.test('volatile-ttl: what would expire soonest goes first, and what never expires stays', async (t) => {
  const keyspace = prepared('volatile-ttl', (_store, db, entry, rank) => db.setDeadline(entry, START_MS + 1e6 + rank * 1e6));
  const [db] = keyspace.databases as [Database];
  set(db, 'lasting');
  t.equal(evict(keyspace, 10, 'volatile-ttl'), 'done');
  t.strictSame(names(db), [...LAST, 'lasting']);
  keyspace.eviction.configure({ maxmemory: 1, maxmemoryPolicy: 'volatile-ttl', maxmemorySamples: 5 });
  t.equal(keyspace.eviction.slice(AMPLE_MS), 'stuck');
  t.strictSame(names(db), ['lasting']);
});

t.test('volatile-lru and volatile-lfu leave keys without a deadline alone, though they are used less', async (t) => {
  for (const policy of ['volatile-lru', 'volatile-lfu'] as const) {
    const keyspace = prepared(policy, (_store, db, entry, rank) => rank % 2 === 0 && db.setDeadline(entry, START_MS + 1e9));
    const [db] = keyspace.databases as [Database];
    t.equal(evict(keyspace, KEYS, policy), 'stuck');
    t.equal(db.size, KEYS / 2, policy);
    t.equal(db.expiring, 0);
  }
});

t.test('random policies take keys of all databases, and only those that may go', async (t) => {
  for (const policy of ['allkeys-random', 'volatile-random'] as const) {
    const keyspace = newKeyspace();
    for (const index of [2, 5]) {
      for (let i = 0; i < 20; i++) keyspace.databases[index]!.setDeadline(set(keyspace.databases[index]!, `key${i}`), START_MS + 1e9);
    }
    set(keyspace.databases[7]!, 'lasting');
    keyspace.eviction.configure({ maxmemory: 1, maxmemoryPolicy: policy, maxmemorySamples: 5 });
    t.equal(keyspace.eviction.slice(AMPLE_MS), 'stuck');
    t.strictSame(keyspace.databases.filter(({ size }) => size > 0).map(({ index }) => index), policy === 'allkeys-random' ? [] : [7]);
  }
});

t.test('noeviction evicts nothing', async (t) => {
  const keyspace = prepared('noeviction', () => {});
  t.equal(evict(keyspace, 1, 'noeviction'), 'stuck');
  t.equal(keyspace.databases[0]!.size, KEYS);
});

t.test('no key goes for the memory of a collection that is on its way out', async (t) => {
  const keyspace = newKeyspace();
  const [db] = keyspace.databases as [Database];
  for (let i = 0; i < 100; i++) set(db, `key${i}`);
  const before = keyspace.usedBytes;
  const hash = new HashValue(keyspace);
  for (let i = 0; i < 20_000; i++) {
    const field = Buffer.from(`field${i}`);
    hash.set(field, 0, field.length, field, 0, field.length);
  }
  db.remove(db.addCollection(Buffer.from('hash'), 0, 4, hash));
  keyspace.eviction.configure({ maxmemory: before + 10_000, maxmemoryPolicy: 'allkeys-lru', maxmemorySamples: 5 });
  t.equal(keyspace.eviction.slice(0), 'more');
  while (keyspace.eviction.slice(0) === 'more');
  t.equal(keyspace.eviction.isNeeded, false);
  t.equal(db.size, 100);
});

t.test('property: the pool gives the best candidates that it was offered, best first', async () => {
  const [db] = newKeyspace().databases as [Database];
  const offers = fc.array(fc.record({ score: fc.integer({ min: -50, max: 50 }), key: fc.string({ maxLength: 100 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(offers, (candidates) => {
      const pool = new EvictionPool();
      for (const { score, key } of candidates) pool.offer(score, db, new Slice().set(Buffer.from(key), 0, Buffer.byteLength(key)));
      const expected = candidates.map(({ score }) => score).sort((a, b) => b - a).slice(0, 16);
      const taken: number[] = [];
      for (let best = pool.take(); best !== undefined; best = pool.take()) {
        taken.push(best.score);
        const name = best.key.toString('utf8', 0, best.length);
        assert.ok(candidates.some(({ score, key }) => score === best?.score && Buffer.from(key).toString() === name));
      }
      assert.deepEqual(taken, expected);
    }),
  );
});

t.test('a server without memory refuses what needs some, and what is queued', async (t) => {
  const console = new Console();
  console.run('SET a 1');
  console.server.keyspace.eviction.configure({ maxmemory: 1, maxmemoryPolicy: 'noeviction', maxmemorySamples: 5 });
  dialogue(t, console, [
    ['GET a', '$1 1'],
    ['SET a 2', OOM],
    ['INCR a', OOM],
    ['MULTI', '+OK'],
    ['GET a', OOM],
    ['EXEC', '-EXECABORT Transaction discarded because of previous errors.'],
    ['MULTI', '+OK'],
    ['DISCARD', '+OK'],
    ['DEL a', ':1'],
  ]);
});

t.test('a transaction that needs memory is discarded if there is none left when it is to run', async (t) => {
  const console = new Console();
  const { eviction } = console.server.keyspace;
  for (const [line, reply] of [['SET a 2', `-EXECABORT Transaction discarded because of: ${OOM.slice(1)}`], ['GET a', '*1 $-1']] as const) {
    eviction.configure({ maxmemory: 0, maxmemoryPolicy: 'noeviction', maxmemorySamples: 5 });
    dialogue(t, console, [['MULTI', '+OK'], [line, '+QUEUED']]);
    eviction.configure({ maxmemory: 1, maxmemoryPolicy: 'noeviction', maxmemorySamples: 5 });
    dialogue(t, console, [['EXEC', reply]]);
  }
  t.equal(console.run('EXEC'), '-ERR EXEC without MULTI');
});

t.test('a server that may evict goes on taking keys, and tells of those that go', async (t) => {
  const console = new Console();
  console.run('SET old 1');
  const { keyspace } = console.server;
  keyspace.eviction.configure({ maxmemory: keyspace.usedBytes, maxmemoryPolicy: 'allkeys-random', maxmemorySamples: 5 });
  t.strictSame(console.changesOf('SET new 1'), ['set new']);
  t.equal(keyspace.eviction.isNeeded, true);
  const [evicted] = console.changesOf('PING');
  t.match(evicted, /^evicted (old|new)$/);
  t.equal(console.run('DBSIZE'), ':1');
});

t.test('the clock of the last use counts seconds, and starts anew with each use', async (t) => {
  const clock = new AccessClock();
  clock.advance(START_MS);
  const first = clock.first | 0x35;
  clock.advance(START_MS + 90_500);
  t.equal(clock.idleSeconds(first), 90);
  const touched = clock.touched(first);
  t.equal(clock.idleSeconds(touched), 0);
  t.equal(touched & 0xff, 0x35, 'the other bits stay');
  clock.advance(START_MS + 100_000);
  t.equal(clock.idleSeconds(clock.withIdleSeconds(touched, 1234)), 1234);
});

t.test('the count of uses grows more slowly the larger it is, ends at 255, and falls with the minutes', async (t) => {
  const clock = new AccessClock();
  clock.lfu = true;
  clock.advance(START_MS);
  const uses = (factor: number, count: number): number => {
    clock.lfuLogFactor = factor;
    let meta = clock.first;
    for (let i = 0; i < count; i++) meta = clock.touched(meta);
    return clock.frequency(meta);
  };
  t.equal(uses(0, 0), 5);
  t.equal(uses(0, 100), 105);
  t.equal(uses(0, 1000), 255);
  t.ok(uses(10, 1000) < 40);
  t.ok(uses(10, 1000) > 8);
  const meta = clock.withFrequency(0, 100);
  clock.advance(START_MS + 10 * 60_000);
  t.equal(clock.frequency(meta), 90);
  clock.lfuDecayMinutes = 5;
  t.equal(clock.frequency(meta), 98);
  clock.lfuDecayMinutes = 0;
  t.equal(clock.frequency(meta), 100);
});
