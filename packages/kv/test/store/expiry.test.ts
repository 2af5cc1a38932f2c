import t from 'tap';
import { Keyspace } from '../../src/store/keyspace.js';
import type { Database } from '../../src/store/database.js';
import { HashValue } from '../../src/values/hash-value.js';

const START_MS = 1_700_000_000_000;
/** Time enough for all that a test has to do. */
const AMPLE_MS = 60_000;

function newKeyspace(): Keyspace {
  const keyspace = new Keyspace(16);
  keyspace.advance(START_MS);
  return keyspace;
}

/** Sets `prefix0` and so on, with a deadline after so many ms; without one if it is infinite. */
function fill(keyspace: Keyspace, db: Database, prefix: string, count: number, ttlMs: number): void {
  for (let i = 0; i < count; i++) {
    const key = Buffer.from(`${prefix}${i}`);
    const entry = db.setString(key, 0, key.length, key, 0, key.length);
    if (Number.isFinite(ttlMs)) db.setDeadline(entry, keyspace.nowMs + ttlMs);
  }
}

/** Runs one round of the cycle, and returns how many slices it took. */
function round({ expiry }: Keyspace, budgetMs = AMPLE_MS): number {
  expiry.begin();
  let slices = 1;
  while (expiry.slice(budgetMs)) slices++;
  return slices;
}

t.test('a round removes what has expired in all databases, and nothing else', async (t) => {
  const keyspace = newKeyspace();
  for (const index of [0, 3, 15]) {
    fill(keyspace, keyspace.databases[index]!, 'short', 700, 100);
    fill(keyspace, keyspace.databases[index]!, 'long', 300, 1000);
    fill(keyspace, keyspace.databases[index]!, 'lasting', 5000, Number.POSITIVE_INFINITY);
  }
  round(keyspace);
  t.equal(keyspace.stats.expired, 0);
  keyspace.advance(START_MS + 100);
  round(keyspace);
  t.strictSame([0, 1, 3, 15].map((index) => keyspace.databases[index]!.size), [5300, 0, 5300, 5300]);
  keyspace.advance(START_MS + 1000);
  round(keyspace);
  t.strictSame([0, 1, 3, 15].map((index) => keyspace.databases[index]!.expiring), [0, 0, 0, 0]);
  t.equal(keyspace.stats.expired, 3000);
});

t.test('with next to no time, a slice still gets on, and many of them get through', async (t) => {
  const keyspace = newKeyspace();
  const [db] = keyspace.databases as [Database];
  fill(keyspace, db, 'key', 20_000, 10);
  keyspace.advance(START_MS + 10);
  t.ok(round(keyspace, 0) > 100);
  t.equal(db.size, 0);
  t.ok(keyspace.expiry.timeouts > 100);
});

t.test('where little has expired, a round looks at a part and the next ones go on from there', async (t) => {
  const keyspace = newKeyspace();
  const [db] = keyspace.databases as [Database];
  fill(keyspace, db, 'short', 1000, 10);
  fill(keyspace, db, 'long', 49_000, 1e9);
  keyspace.advance(START_MS + 10);
  t.equal(round(keyspace), 1);
  t.ok(db.size > 49_500, `${db.size} keys are left`);
  for (let rounds = 0; rounds < 100 && db.size > 49_000; rounds++) round(keyspace);
  t.equal(db.size, 49_000);
});

t.test('while it is off nothing goes, unless somebody looks for it', async (t) => {
  const keyspace = newKeyspace();
  const [db] = keyspace.databases as [Database];
  fill(keyspace, db, 'key', 100, 10);
  keyspace.advance(START_MS + 10);
  keyspace.expiry.active = false;
  round(keyspace);
  t.equal(db.size, 100);
  t.equal(db.find(Buffer.from('key7'), 0, 4), 0);
  t.equal(db.size, 99);
  keyspace.expiry.active = true;
  round(keyspace);
  t.equal(db.size, 0);
});

t.test('a database that is flushed or exchanged between two slices leaves nothing behind', async (t) => {
  const keyspace = newKeyspace();
  const [first, second] = keyspace.databases as [Database, Database];
  fill(keyspace, first, 'key', 5000, 10);
  fill(keyspace, second, 'other', 2000, 10);
  keyspace.advance(START_MS + 10);
  keyspace.expiry.begin();
  keyspace.expiry.slice(0);
  first.swap(second);
  keyspace.expiry.slice(0);
  keyspace.flush(first);
  round(keyspace);
  round(keyspace);
  t.strictSame([first.size, second.size], [0, 0]);
  while (keyspace.reclamation.slice(AMPLE_MS));
  for (const db of keyspace.databases) keyspace.reclamation.add(db.clear());
  while (keyspace.reclamation.slice(AMPLE_MS));
  t.equal(keyspace.memory.usedBytes, new Keyspace(16).memory.usedBytes, 'only the empty tables');
});

t.test('who observes a database hears of each key that expires, and finds it gone', async (t) => {
  const keyspace = newKeyspace();
  const [db, other] = keyspace.databases as [Database, Database];
  const heard: string[] = [];
  keyspace.observer = { added: () => {},
    lost: (from, key, event) => heard.push(`${from.index} ${key.toString()} ${event} ${from.find(key, 0, key.length)}`) };
  db.observers++;
  fill(keyspace, db, 'key', 3, 10);
  fill(keyspace, other, 'unobserved', 3, 10);
  keyspace.advance(START_MS + 10);
  round(keyspace);
  t.strictSame(heard.sort(), ['0 key0 expired 0', '0 key1 expired 0', '0 key2 expired 0']);
});

t.test('a large collection that expires is given back in slices', async (t) => {
  const keyspace = newKeyspace();
  const [db] = keyspace.databases as [Database];
  const before = keyspace.memory.usedBytes;
  const hash = new HashValue(keyspace);
  for (let i = 0; i < 50_000; i++) {
    const field = Buffer.from(`field${i}`);
    hash.set(field, 0, field.length, field, 0, field.length);
  }
  db.setDeadline(db.addCollection(Buffer.from('hash'), 0, 4, hash), keyspace.nowMs + 10);
  keyspace.advance(START_MS + 10);
  round(keyspace);
  t.equal(db.size, 0);
  t.equal(keyspace.collections.count, 0);
  t.ok(keyspace.memory.usedBytes > 1_000_000, 'not at once');
  while (keyspace.reclamation.slice(0));
  t.equal(keyspace.memory.usedBytes, before);
});

t.test('the average time to live and the share of expired keys are estimated', async (t) => {
  const keyspace = newKeyspace();
  const [db] = keyspace.databases as [Database];
  t.equal(keyspace.expiry.averageTtlMs(db), 0);
  fill(keyspace, db, 'key', 1000, 50_000);
  fill(keyspace, db, 'later', 1000, 150_000);
  for (let i = 0; i < 30; i++) round(keyspace);
  const averageMs = keyspace.expiry.averageTtlMs(db);
  t.ok(averageMs > 80_000 && averageMs < 120_000, `${averageMs} ms`);
  t.equal(keyspace.expiry.stalePercent, 0);
  keyspace.advance(START_MS + 60_000);
  round(keyspace);
  t.ok(keyspace.expiry.stalePercent > 1);
  t.equal(db.size, 1000);
});
