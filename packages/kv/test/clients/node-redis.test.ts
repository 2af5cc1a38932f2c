/** node-redis: RESP3 from its first byte, typed replies, and a connection that keeps what it was told. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type RedisClientOptions, RESP_TYPES, WatchError, createClient, createClientPool, defineScript } from 'redis';
import t, { type Test } from 'tap';
import { until, untilBlocked } from '../support/conditions.js';
import { startKv } from '../support/kv-server.js';

const kv = await startKv(t);
const guarded = await startKv(t, { password: 'open sesame' });

const addUpTo = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: "local n = tonumber(redis.call('GET', KEYS[1]) or 0) + ARGV[1] if n > tonumber(ARGV[2]) then return -1 end redis.call('SET', KEYS[1], n) return n",
  parseCommand(parser, key: string, step: number, limit: number) {
    parser.pushKey(key);
    parser.push(String(step), String(limit));
  },
  transformReply: (reply: number) => reply,
});

type Options = Omit<RedisClientOptions, 'RESP'> & { readonly RESP?: 2 | 3 };

/** A client that the test's end closes. Its replies have the types of RESP3, and nearly all of them the same in RESP2. */
async function connect(t: Test, options: Options = {}) {
  const client = createClient({ url: kv.url, ...options } as RedisClientOptions);
  client.on('error', () => {});
  t.teardown(() => client.destroy());
  await client.connect();
  return client;
}

type Client = Awaited<ReturnType<typeof connect>>;

function reconnecting(): Options {
  return { socket: { host: kv.host, port: kv.port, reconnectStrategy: () => 1 } };
}

async function killed(t: Test, client: Client, victim: Client): Promise<void> {
  // events.once would take the error that comes first for its own.
  const isBack = new Promise((resolve) => victim.once('ready', resolve));
  t.equal(await client.clientKill({ filter: 'ID', id: await victim.clientId() }), 1);
  await isBack;
}

t.beforeEach(async (t) => {
  await (await connect(t)).flushAll();
});

for (const RESP of [2, 3] as const) {
  t.test(`a connection introduces itself in RESP${RESP}`, async (t) => {
    const client = await connect(t, { RESP, name: 'shop', database: 4 });
    t.match(await client.clientInfo(), { name: 'shop', db: 4, cmd: 'client|info', user: 'default' });
    t.equal((await client.clientList()).filter(({ name }) => name === 'shop').length, 1);
    t.match(await client.hello(), { server: 'redis', proto: RESP, mode: 'standalone', role: 'master', modules: [] });
  });

  t.test(`a password is asked for in RESP${RESP}`, async (t) => {
    const client = await connect(t, { RESP, url: guarded.url });
    t.equal(await client.ping(), 'PONG');
    const stranger = createClient({ socket: { host: kv.host, port: guarded.port, reconnectStrategy: false }, password: 'guess', RESP });
    stranger.on('error', () => {});
    await t.rejects(stranger.connect(), { message: 'WRONGPASS invalid username-password pair or user is disabled.' });
  });
}

t.test('a transaction is whole, typed, or not at all', async (t) => {
  const client = await connect(t);
  t.strictSame(
    await client.multi().set('a', '1').incr('a').hSet('h', { f: 'v' }).hGetAll('h').zAdd('z', { score: 1.5, value: 'm' }).zScore('z', 'm').exec(),
    ['OK', 2, 1, { f: 'v' }, 1, 1.5],
  );
  await t.rejects(client.multi().set('a', '5').addCommand(['NOSUCH']).exec(), { message: /^ERR unknown command 'NOSUCH'/ });
  t.equal(await client.get('a'), '2');
  const failed: unknown = await client.multi().lPush('a', 'x').get('a').exec().catch((error: unknown) => error);
  t.match(failed, { replies: [{ message: /^WRONGTYPE / }, '2'] });
});

t.test('WATCH gives a transaction up when another client was faster', async (t) => {
  const client = await connect(t);
  const other = await connect(t);
  await client.watch(['balance', 'limit']);
  await other.set('limit', '10');
  const refused: unknown = await client.multi().incr('balance').exec().catch((error: unknown) => error);
  t.type(refused, WatchError);
  await client.watch('balance');
  t.strictSame(await client.multi().incr('balance').exec(), [1]);
});

for (const RESP of [2, 3] as const) {
  t.test(`messages come by channel, by pattern and by shard, in RESP${RESP}`, async (t) => {
    const client = await connect(t);
    const subscriber = await connect(t, { RESP });
    const messages: unknown[] = [];
    const keep = (message: string, channel: string) => messages.push([channel, message]);
    await subscriber.subscribe(['news', 'more'], keep);
    await subscriber.pSubscribe('n?ws', keep);
    await subscriber.sSubscribe('local', keep);
    await subscriber.subscribe('bytes', (message, channel) => messages.push([channel, message]), true);
    t.equal(await client.publish('news', 'hello'), 2);
    t.equal(await client.sPublish('local', 'here'), 1);
    t.equal(await client.publish('bytes', Buffer.from([0, 255])), 1);
    await until(async () => messages.length === 4);
    t.strictSame(messages, [['news', 'hello'], ['news', 'hello'], ['local', 'here'], [Buffer.from('bytes'), Buffer.from([0, 255])]]);
    t.strictSame((await client.pubSubChannels()).sort(), ['bytes', 'more', 'news']);
    t.strictSame({ ...(await client.pubSubNumSub(['news', 'none'])) }, { news: 1, none: 0 });
    t.equal(await client.pubSubNumPat(), 1);
    t.strictSame({ ...(await client.pubSubShardNumSub(['local'])) }, { local: 1 });
    await subscriber.unsubscribe();
    await subscriber.pUnsubscribe();
    await subscriber.sUnsubscribe();
    t.equal(await client.publish('news', 'nobody'), 0);
    t.equal(await subscriber.strLen('none'), 0, 'it may ask again');
  });
}

t.test('in RESP3 a subscriber goes on asking', async (t) => {
  const client = await connect(t);
  const messages: string[] = [];
  await client.subscribe('news', (message) => messages.push(message));
  await Promise.all([client.set('k', 'v'), client.publish('news', 'mine'), client.get('k').then((value) => t.equal(value, 'v'))]);
  t.strictSame(messages, ['mine']);
});

t.test('scans visit everything once', async (t) => {
  const client = await connect(t);
  const names = Array.from({ length: 1500 }, (_, i) => `user:${i}`);
  await client.mSet(names.map((name) => [name, 'x'] as [string, string]));
  await client.hSet('hash', Object.fromEntries(names.map((name) => [name, name])));
  await client.sAdd('set', names);
  await client.zAdd('zset', names.map((value, score) => ({ score, value })));
  const visited = async <Page>(pages: AsyncIterable<Page[]>) => {
    const all: Page[] = [];
    for await (const page of pages) all.push(...page);
    return all;
  };
  t.strictSame(new Set(await visited(client.scanIterator({ MATCH: 'user:*', COUNT: 100 }))), new Set(names));
  t.strictSame(await visited(client.scanIterator({ TYPE: 'zset' })), ['zset']);
  t.strictSame(new Set((await visited(client.hScanIterator('hash'))).map(({ value }) => value)), new Set(names));
  t.strictSame(new Set(await visited(client.sScanIterator('set'))), new Set(names));
  t.strictSame((await visited(client.zScanIterator('zset'))).reduce((sum, { score }) => sum + score, 0), (1499 * 1500) / 2);
});

t.test('blocking commands wait until there is something, or long enough', async (t) => {
  const client = await connect(t);
  const blocked = await connect(t);
  const info = () => client.info('clients');
  const popped = blocked.blPop(['queue', 'other'], 0);
  await untilBlocked(info);
  await client.rPush('other', ['job', 'next']);
  t.strictSame({ ...(await popped) }, { key: 'other', element: 'job' });
  const lowest = blocked.bzPopMin('zset', 0);
  await untilBlocked(info);
  await client.zAdd('zset', [{ score: 2.5, value: 'a' }, { score: 1.5, value: 'b' }]);
  t.strictSame({ ...(await lowest) }, { key: 'zset', value: 'b', score: 1.5 });
  t.equal(await blocked.brPop('none', 0.01), null);
  t.equal(await blocked.blMove('none', 'target', 'LEFT', 'RIGHT', 0.01), null);
  const refused = t.rejects(blocked.blmPop(0, 'none', 'LEFT'), { message: /^UNBLOCKED client unblocked via CLIENT UNBLOCK$/ });
  await untilBlocked(info);
  const [id] = (await client.clientList()).filter(({ cmd }) => cmd === 'blmpop').map((one) => one.id);
  t.equal(await client.clientUnblock(id as number, 'ERROR'), 1);
  await refused;
});

t.test('a script goes by its digest, and by its text where that is unknown', async (t) => {
  const client = createClient({ url: kv.url, scripts: { addUpTo } });
  t.teardown(() => client.destroy());
  await client.connect();
  t.equal(await client.addUpTo('n', 3, 7), 3);
  t.equal(await client.addUpTo('n', 5, 7), -1);
  await client.scriptFlush();
  t.equal(await client.addUpTo('n', 4, 7), 7, 'NOSCRIPT is answered with EVAL');
  t.strictSame(await client.multi().addUpTo('m', 1, 7).addUpTo('m', 1, 7).exec(), [1, 2]);
  const digest = await client.scriptLoad('return {KEYS[1], ARGV[1], 1.9, false, {ok = "fine"}}');
  t.strictSame(await client.evalSha(digest, { keys: ['k'], arguments: ['a'] }), ['k', 'a', 1, null, 'fine']);
  t.strictSame(await client.scriptExists([digest, '0'.repeat(40)]), [1, 0]);
});

t.test('a pool shares its connections', async (t) => {
  // The pool's timer for idle connections would keep the process alive that long.
  const pool = createClientPool({ url: kv.url }, { minimum: 1, maximum: 4, cleanupDelay: 10 });
  await pool.connect();
  t.teardown(() => pool.destroy());
  await Promise.all(Array.from({ length: 200 }, () => pool.incr('n')));
  t.equal(await pool.get('n'), '200');
  const popped = pool.blPop('queue', 0);
  await untilBlocked(() => pool.info('clients'));
  await pool.rPush('queue', 'job');
  t.strictSame({ ...(await popped) }, { key: 'queue', element: 'job' });
});

t.test('five megabytes come back as they went', async (t) => {
  const client = (await connect(t)).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const big = randomBytes(5 * 2 ** 20);
  await Promise.all([client.set('big', big), client.rPush('list', [big, 'small'])]);
  const [whole, [first, second]] = (await Promise.all([client.get('big'), client.lRange('list', 0, -1)])) as unknown as [Buffer, [Buffer, Buffer]];
  t.ok(big.equals(whole));
  t.ok(big.equals(first));
  t.strictSame(second, Buffer.from('small'));
  t.strictSame(await client.getRange('big', 5_000_000, 5_000_003), big.subarray(5_000_000, 5_000_004));
});

t.test('it comes back after CLIENT KILL, to its database and its channels', async (t) => {
  const client = await connect(t);
  const victim = await connect(t, { ...reconnecting(), database: 3 });
  await victim.set('k', 'v');
  await killed(t, client, victim);
  t.equal(await victim.get('k'), 'v');
  const messages: string[] = [];
  const subscriber = await connect(t, reconnecting());
  await subscriber.subscribe('news', (message) => messages.push(message));
  await killed(t, client, subscriber);
  await client.publish('news', 'again');
  await until(async () => messages.length === 1);
  t.strictSame(messages, ['again']);
});

t.test('a client that is being told to go gets its last answers', async (t) => {
  const client = createClient({ url: kv.url });
  await client.connect();
  const answers = [client.set('k', 'v'), client.get('k')];
  await client.close();
  t.strictSame(await Promise.all(answers), ['OK', 'v']);
});

t.test('functions are loaded, called and listed', async (t) => {
  const client = await connect(t);
  await client.functionFlush();
  t.equal(
    await client.functionLoad("#!lua name=shop\nredis.register_function('double', function(keys, args) return redis.call('INCRBY', keys[1], args[1] * 2) end)"),
    'shop',
  );
  t.equal(await client.fCall('double', { keys: ['n'], arguments: ['21'] }), 42);
  t.match(await client.functionList(), [{ library_name: 'shop', engine: 'LUA', functions: [{ name: 'double' }] }]);
  t.equal(await client.functionDelete('shop'), 'OK');
  await t.rejects(client.fCall('double', { keys: ['n'], arguments: ['21'] }), { message: 'ERR Function not found' });
});

t.test('a client-side cache forgets what another client has changed', async (t) => {
  const client = await connect(t);
  const caching = await connect(t, { RESP: 3, clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU', recordStats: true } });
  await client.set('k', 'old');
  t.strictSame([await caching.get('k'), await caching.get('k')], ['old', 'old']);
  t.match(caching.clientSideCache?.stats(), { hitCount: 1, missCount: 1 });
  const forgotten = once(caching.clientSideCache as NonNullable<typeof caching.clientSideCache>, 'invalidate');
  await client.set('k', 'new');
  await forgotten;
  t.equal(await caching.get('k'), 'new');
});
