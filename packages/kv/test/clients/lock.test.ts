/** A lock as redlock takes it: SET NX PX, and scripts that touch it only while it is still the holder's. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { until } from '../support/conditions.js';
import { startKv } from '../support/kv-server.js';

const kv = await startKv(t);

const RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";
const EXTEND = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end";

class Lock {
  readonly #owner = randomUUID();
  readonly #redis = new Redis(kv.port, kv.host);

  constructor(t: Test, readonly key: string) {
    t.teardown(() => this.#redis.disconnect());
  }

  async acquire(milliseconds: number): Promise<boolean> {
    return (await this.#redis.set(this.key, this.#owner, 'PX', milliseconds, 'NX')) === 'OK';
  }

  async extend(milliseconds: number): Promise<boolean> {
    return (await this.#redis.eval(EXTEND, 1, this.key, this.#owner, milliseconds)) === 1;
  }

  async release(): Promise<boolean> {
    return (await this.#redis.eval(RELEASE, 1, this.key, this.#owner)) === 1;
  }

  /** Milliseconds that are left, -2 when nobody holds it. */
  left(): Promise<number> {
    return this.#redis.pttl(this.key);
  }
}

t.test('one of many has it', async (t) => {
  const locks = Array.from({ length: 20 }, () => new Lock(t, 'door'));
  const acquired = await Promise.all(locks.map((lock) => lock.acquire(60_000)));
  t.equal(acquired.filter(Boolean).length, 1);
  const released = await Promise.all(locks.map((lock) => lock.release()));
  t.strictSame(released, acquired, 'only who has it can let it go');
  t.equal(await (locks[7] as Lock).acquire(60_000), true);
});

t.test('only its holder extends it', async (t) => {
  const [holder, other] = [new Lock(t, 'gate'), new Lock(t, 'gate')];
  await holder.acquire(60_000);
  t.strictSame([await other.extend(600_000), await holder.extend(600_000)], [false, true]);
  t.ok((await other.left()) > 60_000);
});

t.test('it is free when its time is over, and the late holder does no harm', async (t) => {
  const [late, next] = [new Lock(t, 'window'), new Lock(t, 'window')];
  await late.acquire(5);
  await until(() => next.acquire(60_000));
  t.strictSame([await late.extend(60_000), await late.release()], [false, false]);
  t.ok((await next.left()) > 0);
});

t.test('a counter under a lock loses nothing', async (t) => {
  const redis = new Redis(kv.port, kv.host);
  t.teardown(() => redis.disconnect());
  const count = async () => {
    const lock = new Lock(t, 'counter lock');
    await until(() => lock.acquire(60_000));
    await redis.set('counter', Number((await redis.get('counter')) ?? 0) + 1);
    await lock.release();
  };
  await Promise.all(Array.from({ length: 10 }, count));
  t.equal(await redis.get('counter'), '10');
});
