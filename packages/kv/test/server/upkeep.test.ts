import t from 'tap';
import { Server } from '../../src/server/server.js';
import { kvOptions } from '../../src/server/settings.js';
import type { TimerHandle, Timers } from '../../src/server/timers.js';
import type { Database } from '../../src/store/database.js';
import { HashValue } from '../../src/values/hash-value.js';

/** Timers that run when a test says so, however much time has passed. */
class ManualTimers implements Timers {
  readonly #periodic: (() => void)[] = [];
  #once: (() => void)[] = [];

  after(_delayMs: number, callback: () => void): TimerHandle {
    this.#once.push(callback);
    return { cancel: () => void (this.#once = this.#once.filter((other) => other !== callback)) };
  }

  every(_periodMs: number, callback: () => void): TimerHandle {
    this.#periodic.push(callback);
    return { cancel() {} };
  }

  /** Lets each period end once. */
  tick(): void {
    for (const callback of this.#periodic) callback();
  }

  /** Lets all delays end, those included that begin meanwhile, and returns how many there were. */
  settle(): number {
    let count = 0;
    for (let callback = this.#once.shift(); callback !== undefined; callback = this.#once.shift()) {
      callback();
      count++;
    }
    return count;
  }
}

function newServer(settings: Parameters<typeof kvOptions.parse>[0] = {}): { server: Server; timers: ManualTimers; db: Database } {
  const timers = new ManualTimers();
  const server = new Server(kvOptions.parse(settings), timers);
  return { server, timers, db: server.keyspace.databases[0] as Database };
}

/** Sets `count` keys, whose deadline has just come. */
function fillExpired({ keyspace }: Server, db: Database, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = Buffer.from(`key${i}`);
    db.setDeadline(db.setString(key, 0, key.length, key, 0, key.length), keyspace.nowMs);
  }
}

t.test('keys whose deadline has come go by themselves, in slices while there are many', async (t) => {
  const { server, timers, db } = newServer();
  fillExpired(server, db, 50_000);
  timers.tick();
  t.ok(db.size > 0, 'not all at once');
  timers.settle();
  t.equal(db.size, 0);
  t.equal(timers.settle(), 0, 'and then it rests');
});

t.test('while writers are paused no key goes', async (t) => {
  const { server, timers, db } = newServer();
  fillExpired(server, db, 100);
  server.pause.begin('write', server.keyspace.nowMs + 1000, server.keyspace.nowMs);
  timers.tick();
  t.equal(db.size, 100);
  server.keyspace.eviction.configure({ maxmemory: 1, maxmemoryPolicy: 'allkeys-random', maxmemorySamples: 5 });
  t.equal(server.upkeep.makeRoom(), true);
  t.equal(db.size, 100);
  server.pause.end();
  timers.tick();
  t.equal(db.size, 0);
});

t.test('what there is no time to evict before a command goes after it', async (t) => {
  const { server, timers, db } = newServer({ maxmemoryPolicy: 'allkeys-lru' });
  for (let i = 0; i < 50_000; i++) {
    const key = Buffer.from(`key${i}`);
    db.setString(key, 0, key.length, key, 0, key.length);
  }
  server.keyspace.eviction.configure({ maxmemory: 10_000, maxmemoryPolicy: 'allkeys-lru', maxmemorySamples: 5 });
  t.equal(server.upkeep.makeRoom(), true);
  t.ok(server.keyspace.eviction.isNeeded);
  timers.settle();
  t.notOk(server.keyspace.eviction.isNeeded);
  t.equal(server.keyspace.stats.evicted, 50_000 - db.size);
});

t.test('a large collection that was removed is given back, though nobody asks for it', async (t) => {
  const { server, timers, db } = newServer();
  const before = server.keyspace.memory.usedBytes;
  const hash = new HashValue(server.keyspace);
  for (let i = 0; i < 20_000; i++) {
    const field = Buffer.from(`field${i}`);
    hash.set(field, 0, field.length, field, 0, field.length);
  }
  db.remove(db.addCollection(Buffer.from('hash'), 0, 4, hash));
  t.ok(server.keyspace.memory.usedBytes > before);
  timers.tick();
  timers.settle();
  t.equal(server.keyspace.memory.usedBytes, before);
});
