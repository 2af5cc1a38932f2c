/** The store in the process that it is embedded in: what the api answers, and what clients of sockets see of it. */
import { once } from 'node:events';
import { join } from 'node:path';
import { createReactor } from '@edgeloop/reactor';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { type KvApi, ReplyError, kv } from '../src/index.js';
import { until, untilBlocked } from './support/conditions.js';
import { RespClient } from './support/resp-client.js';

/** A store that ends with the test. */
function embed(t: Test): KvApi<string> {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  return reactor.use(kv, {}).api;
}

/** The same with a client that comes through a socket. */
async function embedAndConnect(t: Test): Promise<{ api: KvApi<string>; client: Redis }> {
  const reactor = createReactor();
  const host = reactor.use(kv, {});
  const { address } = await host.listen({ port: 0 });
  const client = new Redis(address.port);
  t.teardown(async () => {
    client.disconnect();
    await reactor.close();
  });
  await once(client, 'ready');
  return { api: host.api, client };
}

t.test('strings and keys answer as Redis does, in the types of the program', async (t) => {
  const api = embed(t);
  t.equal(api.get('a'), null);
  t.equal(api.set('a', 'grün'), true);
  t.equal(api.get('a'), 'grün');
  t.equal(api.set('a', 'x', { ifMissing: true }), false);
  t.equal(api.set('b', 'x', { ifPresent: true }), false);
  t.equal(api.incrBy('n', 5), 5);
  t.equal(api.incrBy('n'), 6);
  api.mset({ b: 'B', __proto__x: 7 });
  t.same(api.mget('a', 'nothing', 'b', '__proto__x'), ['grün', null, 'B', '7']);
  t.equal(api.exists('a', 'b', 'nothing'), 2);
  t.equal(api.ttl('a'), -1);
  t.equal(api.expire('a', 100), true);
  t.equal(api.ttl('a'), 100);
  t.equal(api.set('a', 'y', { keepTtl: true }), true);
  t.equal(api.ttl('a'), 100);
  t.equal(api.expire('nothing', 1), false);
  t.equal(api.del('a', 'b', 'nothing'), 2);
  t.equal(api.ttl('a'), -2);
  api.set('c', 1, { ttlSeconds: 50 });
  t.equal(api.ttl('c'), 50);
  t.equal(api.set('c', 1, { expiresAt: new Date(1) }), true);
  t.equal(api.exists('c'), 0, 'a deadline that has passed');
});

t.test('hashes, lists, sets and sorted sets answer as Redis does, in the types of the program', async (t) => {
  const api = embed(t);
  t.equal(api.hset('h', { name: 'ann', age: 7 }), 2);
  t.equal(api.call('HSET', 'h', '__proto__', 'own'), 1);
  t.equal(api.hget('h', 'age'), '7');
  const fields = api.hgetall('h');
  t.same(Object.entries(fields), [['name', 'ann'], ['age', '7'], ['__proto__', 'own']]);
  t.same(api.hgetall('nothing'), {});
  t.equal(api.hdel('h', 'name', 'nothing'), 1);
  t.equal(api.rpush('l', 'b', 'c'), 2);
  t.equal(api.lpush('l', 'a'), 3);
  t.same(api.lrange('l'), ['a', 'b', 'c']);
  t.same(api.lrange('l', 1, -2), ['b']);
  t.equal(api.lpop('l'), 'a');
  t.equal(api.rpop('l'), 'c');
  t.equal(api.lpop('nothing'), null);
  t.equal(api.sadd('s', 3, 1, 2, 1), 3);
  t.same(api.smembers('s'), ['1', '2', '3']);
  t.equal(api.sismember('s', 1), true);
  t.equal(api.srem('s', 1, 9), 1);
  t.equal(api.sismember('s', 1), false);
  t.equal(api.zadd('z', { ann: 2.5, bob: -Infinity, eve: Infinity }), 3);
  t.same(api.zrange('z'), ['bob', 'ann', 'eve']);
  t.equal(api.zscore('z', 'ann'), 2.5);
  t.equal(api.zscore('z', 'bob'), -Infinity);
  t.equal(api.zscore('z', 'nobody'), null);
});

t.test('bytes that are no text come and go unchanged', async (t) => {
  const api = embed(t);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  api.set(bytes, bytes);
  t.same(api.asBuffers.get(bytes), bytes);
  api.rpush('l', bytes, '\r\n');
  t.same(api.asBuffers.lrange('l'), [bytes, Buffer.from('\r\n')]);
  const kept = api.asBuffers.get(bytes);
  api.set(bytes, 'other');
  t.same(kept, bytes, 'a result outlives the next call');
});

t.test('call decodes every type of reply', async (t) => {
  const api = embed(t);
  t.equal(api.call('ping'), 'PONG');
  t.equal(api.call('SET', 'big', '9007199254740993'), 'OK');
  t.equal(api.call('INCR', 'big'), 9007199254740994n);
  const script = `redis.setresp(3)
    return {1, 'a', false, true, {double = 0.5}, {big_number = '123'}, {map = {k = 'v'}}, {set = {x = true}},
      {verbatim_string = {string = 'text', format = 'txt'}}, {err = 'OWN went wrong'}}`;
  const [integer, text, isFalse, isTrue, double, big, map, set, verbatim, error] = api.call('EVAL', script, 0) as unknown[];
  t.same([integer, text, isFalse, isTrue, double, big, set, verbatim], [1, 'a', false, true, 0.5, 123n, ['x'], 'text']);
  t.same(map, new Map([['k', 'v']]));
  t.type(error, ReplyError);
  t.match(error, { message: 'OWN went wrong' });
});

t.test('as much may be set at once as a request may have', async (t) => {
  const api = embed(t);
  const numbers = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`field-${i}`, i]));
  api.mset(numbers);
  t.equal(api.hset('hash', numbers), 200_000);
  t.equal(api.zadd('zset', numbers), 200_000);
  t.equal(api.call('DBSIZE'), 200_002);
});

t.test('what a client would get as an error is thrown, and nothing has happened', async (t) => {
  const api = embed(t);
  api.set('a', 'text');
  t.throws(() => api.lpush('a', 1), { name: 'ReplyError', message: 'WRONGTYPE Operation against a key holding the wrong kind of value' });
  t.throws(() => api.incrBy('a'), { message: 'ERR value is not an integer or out of range' });
  t.throws(() => api.call('GET'), { message: "ERR wrong number of arguments for 'get' command" });
  t.throws(() => api.call('NONSENSE'), { message: /^ERR unknown command 'NONSENSE'/ });
  t.throws(() => api.call('Multi'), { message: "ERR 'multi' needs a connection" });
  t.throws(() => api.call('SUBSCRIBE', 'a'), ReplyError);
  t.throws(() => api.database(16), { message: 'ERR DB index is out of range' });
  t.equal(api.get('a'), 'text');
});

t.test('what is neither text nor a number nor bytes is refused, and not stored as the text that JavaScript makes of it', async (t) => {
  const api = embed(t) as unknown as Record<'set' | 'call', (...args: unknown[]) => unknown>;
  for (const [shown, value] of Object.entries({ undefined, null: null, 'an object': { a: 1 }, 'a boolean': true })) {
    t.throws(() => api.set('a', value), { code: 'EL_DATA_INVALID', message: `argument 2 of 'SET' is ${shown}; give text, a number, a bigint or a Uint8Array` });
  }
  t.equal(api.call('EXISTS', 'a'), 0);
});

t.test('a password is for those who come from outside', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const { api } = reactor.use(kv, { requirepass: 'secret' });
  t.equal(api.set('a', 1), true);
});

t.test('a client that takes rights from the default user takes none from the program', async (t) => {
  const { api, client } = await embedAndConnect(t);
  t.equal(await client.call('ACL', 'SETUSER', 'default', '-@all', '+get', 'resetkeys'), 'OK');
  await t.rejects(client.set('a', 1), { message: /^NOPERM/ });
  t.equal(api.set('a', 1), true);
  t.equal(api.call('EVAL', 'return redis.call("GET", KEYS[1])', 1, 'a'), '1');
});

t.test('classes of events read the same whether they are given at the start or by CONFIG SET', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const { api } = reactor.use(kv, { notifyKeyspaceEvents: 'KEA' });
  const shown = () => Object.fromEntries(api.call('CONFIG', 'GET', 'notify-*') as ReadonlyMap<string, string>);
  t.same(shown(), { 'notify-keyspace-events': 'AKE' });
  api.call('CONFIG', 'SET', 'notify-keyspace-events', 'KEA');
  t.same(shown(), { 'notify-keyspace-events': 'AKE' });
});

t.test('each database has an api', async (t) => {
  const api = embed(t);
  const other = api.database(3);
  other.set('a', 'there');
  t.equal(api.get('a'), null);
  t.equal(other.get('a'), 'there');
});

t.test('a command that would wait gives up at once', async (t) => {
  t.equal(embed(t).call('BZPOPMIN', 'z', 0), null);
});

t.test('a key is gone when its time has come, though nobody else calls', async (t) => {
  const api = embed(t);
  t.equal(api.set('a', 1, { ttlMs: 20 }), true);
  await until(async () => api.get('a') === null);
});

t.test('a client that waits for a key gets what the program puts there', async (t) => {
  const { api, client } = await embedAndConnect(t);
  const popped = client.bzpopmin('z', 0);
  await untilBlocked(async () => api.call('INFO', 'clients') as string);
  t.equal(api.zadd('z', { a: 1, b: 2 }), 2);
  t.same(api.zrange('z'), ['b'], 'it was served before the call returned');
  t.equal((await popped)?.[1], 'a');
});

t.test('a transaction of a client fails when the program changes a key that it watches', async (t) => {
  const { api, client } = await embedAndConnect(t);
  await client.watch('a');
  api.set('a', 'mine');
  t.equal(await client.multi().set('a', 'theirs').exec(), null);
  t.equal(api.get('a'), 'mine');
});

t.test('messages go from the program to clients and from clients to the program', async (t) => {
  const { api, client } = await embedAndConnect(t);
  const subscriber = client.duplicate();
  t.teardown(() => subscriber.disconnect());
  await subscriber.subscribe('news');
  const arrived = once(subscriber, 'message');
  t.equal(api.publish('news', 'hello'), 1);
  t.same(await arrived, ['news', 'hello']);

  const heard: string[] = [];
  const channel = api.subscribe('news', (message, channel) => heard.push(`${channel}: ${message}`));
  const pattern = api.psubscribe('n*', (message, channel) => heard.push(`${channel} by pattern: ${message}`));
  t.equal(await client.publish('news', 'one'), 3);
  await until(async () => heard.length === 2);
  t.same(heard, ['news: one', 'news by pattern: one']);
  pattern.unsubscribe();
  channel.unsubscribe();
  channel.unsubscribe();
  t.equal(await client.publish('news', 'two'), 1);
  t.equal(heard.length, 2);
});

t.test('a pipeline of which the replies are more than may be queued is answered to its end', async (t) => {
  const reactor = createReactor();
  const listener = await reactor.use(kv, {}).listen({ port: 0, maxQueuedBytes: 8 * 1024 * 1024 });
  const client = await RespClient.connect({ host: '127.0.0.1', port: listener.address.port });
  t.teardown(async () => {
    client.close();
    await reactor.close();
  });
  await client.call('SET', 'a', Buffer.alloc(1024 * 1024, 'x'));
  const gets = Array.from({ length: 32 }, () => ['GET', 'a']);
  const replies = await client.pipeline([...gets, ['PING']]);
  t.strictSame(replies.map(({ type }) => type), [...gets.map(() => 'bulk'), 'simple']);
});

t.test('a listener may run commands, and is not called in the middle of one', async (t) => {
  const api = embed(t);
  const counts: (string | null)[] = [];
  const subscription = api.subscribe('count', (message) => {
    api.incrBy('n', Number(message));
    counts.push(api.get('n'));
    if (counts.length < 3) api.publish('count', 1);
  });
  t.equal(api.publish('count', 5), 1);
  t.same(counts, [], 'publish has returned before');
  await until(async () => counts.length === 3);
  t.same(counts, ['5', '6', '7']);
  t.equal(api.publish('count', 1), 1);
  subscription.unsubscribe();
  await Promise.resolve();
  t.equal(api.get('n'), '7', 'what was published before the end of the subscription, but not heard yet, is not heard any more');
});

t.test('what the program has stored in a folder is there for the next one, and nobody else has the folder meanwhile', async (t) => {
  const dir = join(t.testdir({}), 'data');
  const reactor = createReactor();
  const { api } = reactor.use(kv, { dir });
  api.set('a', '1');
  await api.synced();
  t.throws(() => reactor.use(kv, { dir }), { code: 'EL_STORE_LOCKED' });
  api.set('b', '2');
  await reactor.close();
  t.throws(() => api.set('c', '3'), /^MISCONF/, 'what would be lost is refused');
  const next = createReactor();
  t.teardown(() => next.close());
  t.same(next.use(kv, { dir }).api.mget('a', 'b', 'c'), ['1', '2', null]);
});
