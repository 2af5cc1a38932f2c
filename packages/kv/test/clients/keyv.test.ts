/** Keyv with its Redis adapter, which brings a node-redis of its own. */
import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import t, { type Test } from 'tap';
import { startKv } from '../support/kv-server.js';

const kv = await startKv(t);

function open(t: Test, namespace?: string): { cache: Keyv; adapter: KeyvRedis<unknown> } {
  const adapter = new KeyvRedis<unknown>(kv.url, { throwOnErrors: true });
  const cache = new Keyv({ store: adapter, ...(namespace === undefined ? {} : { namespace }), useKeyPrefix: false });
  cache.on('error', (error: Error) => t.fail(error.message));
  t.teardown(() => cache.disconnect());
  return { cache, adapter };
}

async function entries(cache: Keyv): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for await (const [key, value] of cache.iterator?.({}) ?? []) found.set(key, value);
  return found;
}

t.test('a value is set, got, found and deleted', async (t) => {
  const { cache } = open(t, 'one');
  const value = { text: 'ünïcødé', list: [1, null, { deep: true }] };
  t.equal(await cache.set('key', value), true);
  t.strictSame(await cache.get('key'), value);
  t.strictSame([await cache.has('key'), await cache.has('none')], [true, false]);
  t.equal(await cache.get('none'), undefined);
  t.strictSame([await cache.delete('key'), await cache.delete('key'), await cache.get('key')], [true, false, undefined]);
});

t.test('many go at once', async (t) => {
  const { cache } = open(t, 'many');
  await cache.setMany([{ key: 'a', value: 1 }, { key: 'b', value: 2, ttl: 60_000 }]);
  t.strictSame(await cache.getMany(['a', 'none', 'b']), [1, undefined, 2]);
  t.strictSame(await cache.hasMany(['a', 'none', 'b']), [true, false, true]);
  t.equal(await cache.deleteMany(['a', 'b']), true);
  t.strictSame(await cache.hasMany(['a', 'b']), [false, false]);
});

t.test('the server, too, knows how long a value lives', async (t) => {
  const { cache, adapter } = open(t, 'lifetime');
  await cache.set('for a minute', 'x', 60_000);
  await cache.set('for good', 'x');
  await cache.set('for a moment', 'x', 1);
  const client = (await adapter.getClient()) as unknown as { pTTL(key: string): Promise<number> };
  const left = await client.pTTL(adapter.createKeyPrefix('for a minute', 'lifetime'));
  t.ok(left > 50_000 && left <= 60_000, `${left} ms`);
  t.equal(await client.pTTL(adapter.createKeyPrefix('for good', 'lifetime')), -1);
  while ((await client.pTTL(adapter.createKeyPrefix('for a moment', 'lifetime'))) !== -2);
  t.equal(await cache.get('for a moment'), undefined);
});

t.test('a namespace is iterated and cleared, and no other', async (t) => {
  const { cache: ours } = open(t, 'ours');
  const { cache: theirs } = open(t, 'theirs');
  const expected = new Map(Array.from({ length: 1200 }, (_, n) => [`key ${n}`, n]));
  await Promise.all([...expected].map(([key, value]) => ours.set(key, value)));
  await theirs.set('key 1', 'of theirs');
  t.strictSame(await entries(ours), expected);
  t.strictSame(await entries(theirs), new Map([['key 1', 'of theirs']]));
  await ours.clear();
  t.equal((await entries(ours)).size, 0);
  t.equal(await theirs.get('key 1'), 'of theirs');
});
