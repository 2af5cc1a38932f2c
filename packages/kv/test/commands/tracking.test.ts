/** What clients that cache are told, and in which order with their replies. `KV_TEST_TARGET=redis` holds the tests themselves to Redis. */
import t, { type Test } from 'tap';
import { until } from '../support/conditions.js';
import { type Kv, startKv } from '../support/kv-server.js';
import { RespClient } from '../support/resp-client.js';
import type { Reply } from '../support/resp-decoder.js';

async function connect(t: Test, server: Kv, version: 2 | 3 = 3): Promise<RespClient> {
  const client = await RespClient.connect(server);
  t.teardown(() => client.close());
  await client.call('HELLO', String(version));
  return client;
}

/** A client whose keys are tracked, and another one that changes them. */
async function pair(t: Test, ...options: string[]): Promise<{ server: Kv; caching: RespClient; other: RespClient }> {
  const server = await startKv(t);
  const caching = await connect(t, server);
  t.match(await caching.call('CLIENT', 'TRACKING', 'ON', ...options), { value: 'OK' });
  return { server, caching, other: await connect(t, server) };
}

/** What was pushed since the last time, as soon as there is so much: the words of each push, its arrays flattened. */
async function pushes(client: RespClient, count: number): Promise<string[]> {
  await until(async () => client.pushes.length >= count);
  return client.pushes.splice(0).map(words);
}

function words(reply: Reply): string {
  if ('items' in reply) return reply.items.map(words).join(' ');
  return 'value' in reply && reply.value !== '' ? reply.value : reply.type;
}

/** Lets what was sent before arrive: a reply comes behind it. */
async function settled(client: RespClient): Promise<string[]> {
  await client.call('PING');
  return client.pushes.splice(0).map(words);
}

t.test('who has read a key is told of its next change, once', async (t) => {
  const { caching, other } = await pair(t);
  await caching.pipeline([['GET', 'a'], ['MGET', 'b', 'c'], ['GET', 'untouched']]);
  await other.pipeline([['SET', 'a', '1'], ['SET', 'a', '2'], ['DEL', 'a'], ['SET', 'c', '1']]);
  t.same(await settled(caching), ['invalidate a', 'invalidate c']);
});

t.test('a client is told of its own change behind the reply, unless it wants no loop', async (t) => {
  const { caching } = await pair(t);
  await caching.pipeline([['GET', 'k'], ['SET', 'k', 'v']]);
  t.same(await settled(caching), ['invalidate k']);
  await caching.pipeline([['CLIENT', 'TRACKING', 'ON', 'NOLOOP'], ['GET', 'k'], ['SET', 'k', 'v'], ['EVAL', 'redis.call("GET", "k") return redis.call("SET", "k", "w")', '0']]);
  t.same(await settled(caching), []);
});

t.test('what a script or a transaction reads is tracked, and what they change is told', async (t) => {
  const { caching, other } = await pair(t);
  await caching.pipeline([['EVAL', 'return redis.call("GET", KEYS[1])', '1', 'read'], ['MULTI'], ['GET', 'queued'], ['EXEC']]);
  await other.pipeline([['EVAL', 'return redis.call("MSET", "read", "1", "unread", "1")', '0'], ['MULTI'], ['SET', 'queued', '1'], ['EXEC']]);
  t.same(await settled(caching), ['invalidate read', 'invalidate queued']);
});

t.test('a script that reads anything has read the keys that it has declared, and no others', async (t) => {
  const { caching, other } = await pair(t);
  const reads = 'return redis.call("GET", "hidden")';
  await caching.pipeline([['EVAL_RO', reads, '1', 'declared'], ['EVAL', 'return 1', '1', 'idle'], ['MULTI'], ['EVAL', reads, '1', 'queued'], ['EXEC']]);
  await other.pipeline(['hidden', 'declared', 'idle', 'queued'].map((key) => ['SET', key, 'v']));
  t.same(await settled(caching), ['invalidate declared', 'invalidate queued']);
});

t.test('a client that waits has the reply before it hears of what ended the wait', async (t) => {
  const { caching, other } = await pair(t, 'BCAST');
  caching.send([['BLPOP', 'list', '0']]);
  await until(async () => words(await other.call('INFO', 'clients')).includes('blocked_clients:1'));
  await other.call('RPUSH', 'list', 'x');
  const [reply] = await caching.receive(1);
  t.equal(words(reply as Reply), 'list x');
  t.same(await pushes(caching, 1), ['invalidate list']);
});

t.test('a key that expires is told of', async (t) => {
  const { caching, other } = await pair(t);
  await until(async () => {
    await other.call('SET', 'brief', 'v', 'PX', '100');
    return words(await caching.call('GET', 'brief')) === 'v';
  });
  t.match(await pushes(caching, 1), ['invalidate brief']);
});

t.test('after a flush everything is to be forgotten, and nothing is told of again', async (t) => {
  const { caching, other } = await pair(t);
  await caching.call('GET', 'k');
  await other.call('FLUSHALL');
  t.same(await settled(caching), ['invalidate null']);
  await other.call('SET', 'k', 'w');
  t.same(await settled(caching), []);
});

t.test('by choice only some commands are tracked', async (t) => {
  const { caching, other } = await pair(t, 'OPTIN');
  await caching.pipeline([['GET', 'a'], ['CLIENT', 'CACHING', 'YES'], ['GET', 'b'], ['GET', 'c']]);
  await caching.pipeline([['CLIENT', 'CACHING', 'YES'], ['MULTI'], ['GET', 'd'], ['GET', 'e'], ['EXEC']]);
  await other.call('MSET', 'a', '1', 'b', '1', 'c', '1', 'd', '1', 'e', '1');
  t.same(await settled(caching), ['invalidate b', 'invalidate d', 'invalidate e']);
  await caching.pipeline([['CLIENT', 'TRACKING', 'OFF'], ['CLIENT', 'TRACKING', 'ON', 'OPTOUT'], ['GET', 'a'], ['CLIENT', 'CACHING', 'NO'], ['GET', 'b'], ['GET', 'c']]);
  await other.call('MSET', 'a', '2', 'b', '2', 'c', '2');
  t.same(await settled(caching), ['invalidate a', 'invalidate c']);
});

t.test('CLIENT CACHING is about the very next command, also where that is refused; other subcommands of CLIENT may stand between', async (t) => {
  const refused = [['NOSUCH'], ['GET'], ['CLIENT', 'NOSUCH'], ['CLIENT'], ['EXEC'], ['LPOP', 'text']];
  const passed = [['CLIENT', 'ID'], ['CLIENT', 'ID', 'x'], ['CLIENT', 'SETNAME', 'a b'], ['CLIENT', 'CACHING', 'MAYBE']];
  for (const [mode, word] of [['OPTIN', 'YES'], ['OPTOUT', 'NO']] as const) {
    const { caching } = await pair(t, mode);
    await caching.call('SET', 'text', 'x');
    const isChosenBehind = async (request: string[]): Promise<boolean> => {
      const replies = await caching.pipeline([['CLIENT', 'CACHING', word], request, ['CLIENT', 'TRACKINGINFO']]);
      return words(replies[2] as Reply).includes(`caching-${word.toLowerCase()}`);
    };
    for (const request of refused) t.notOk(await isChosenBehind(request), `${mode}: ${request.join(' ')}`);
    for (const request of passed) t.ok(await isChosenBehind(request), `${mode}: ${request.join(' ')}`);
  }
});

t.test('CLIENT CACHING holds for a transaction as a whole, and ends with it, also where EXEC is refused', async (t) => {
  const { caching, other } = await pair(t, 'OPTIN');
  const replies = await caching.pipeline([
    ['CLIENT', 'CACHING', 'YES'], ['MULTI'], ['MULTI'], ['GET', 'a'], ['CLIENT', 'TRACKINGINFO'], ['EXEC'], ['GET', 'b'],
    ['CLIENT', 'CACHING', 'YES'], ['MULTI'], ['NOSUCH'], ['EXEC'], ['GET', 'c'],
    ['CLIENT', 'CACHING', 'YES'], ['MULTI'], ['DISCARD'], ['GET', 'd'],
  ]);
  t.match(words(replies[5] as Reply), /caching-yes/);
  await other.pipeline([['SET', 'a', '1'], ['SET', 'b', '1'], ['SET', 'c', '1'], ['SET', 'd', '1']]);
  t.same(await settled(caching), ['invalidate a']);
});

t.test('keys with a prefix are broadcast, whoever reads them, and those of one moment together', async (t) => {
  const { caching, other } = await pair(t, 'BCAST', 'PREFIX', 'user:', 'PREFIX', 'page:', 'NOLOOP');
  await other.pipeline([['MSET', 'user:1', 'a', 'user:2', 'b', 'other', 'c'], ['SET', 'page:1', 'x']]);
  const told = (await pushes(caching, 2)).flatMap((push) => push.replace('invalidate ', '').split(' '));
  t.same(told.sort(), ['page:1', 'user:1', 'user:2']);
  await other.call('MSET', 'user:2', 'a', 'user:10', 'b', 'user:1', 'c');
  t.same(await pushes(caching, 1), ['invalidate user:1 user:10 user:2'], 'in the order of their bytes');
  await caching.call('SET', 'user:3', 'mine');
  t.same(await settled(caching), []);
});

t.test('a client of version 2 is told by way of a subscriber', async (t) => {
  const { server, other } = await pair(t);
  const [caching, subscriber] = [await connect(t, server, 2), await connect(t, server, 2)];
  const id = words(await subscriber.call('CLIENT', 'ID'));
  await subscriber.call('SUBSCRIBE', '__redis__:invalidate');
  await caching.pipeline([['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id], ['GET', 'k']]);
  t.equal(words(await caching.call('CLIENT', 'GETREDIR')), id);
  await other.call('SET', 'k', 'v');
  t.same(await pushes(subscriber, 1), ['message __redis__:invalidate k']);
});

t.test('a client hears that the one which was told instead is gone', async (t) => {
  const { server, caching, other } = await pair(t);
  const subscriber = await connect(t, server);
  const id = words(await subscriber.call('CLIENT', 'ID'));
  await caching.pipeline([['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id], ['GET', 'k']]);
  await other.pipeline([['CLIENT', 'KILL', 'ID', id], ['SET', 'k', 'v']]);
  t.same(await settled(caching), [`tracking-redir-broken ${id}`]);
  t.match(words(await caching.call('CLIENT', 'TRACKINGINFO')), /broken_redirect/);
});

t.test('tracking ends with OFF, with RESET and with the connection', async (t) => {
  const { server, caching, other } = await pair(t);
  const count = async (): Promise<string | undefined> => /tracking_clients:(\d+)/.exec(words(await other.call('INFO', 'clients')))?.[1];
  await caching.pipeline([['GET', 'k'], ['CLIENT', 'TRACKING', 'OFF']]);
  await other.call('SET', 'k', 'v');
  t.same(await settled(caching), []);
  await caching.pipeline([['CLIENT', 'TRACKING', 'ON'], ['RESET']]);
  t.equal(await count(), '0');
  const brief = await connect(t, server);
  await brief.call('CLIENT', 'TRACKING', 'ON', 'BCAST');
  t.equal(await count(), '1');
  brief.close();
  await until(async () => (await count()) === '0');
});

t.test('the keys that are remembered are bounded, and what is forgotten is told', async (t) => {
  const { caching, other } = await pair(t);
  await other.call('CONFIG', 'SET', 'tracking-table-max-keys', '2');
  await caching.pipeline(['a', 'b', 'c', 'd'].map((key) => ['GET', key]));
  await until(async () => /tracking_total_keys:2\r/.test(words(await other.call('INFO', 'stats'))));
  await until(async () => (await caching.call('PING'), caching.pushes.length === 2));
  for (const push of caching.pushes) t.match(words(push), /^invalidate [a-d]$/);
});
