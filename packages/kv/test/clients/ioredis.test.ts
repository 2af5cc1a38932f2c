/** ioredis: RESP3 on the wire, the shapes of RESP2 for its users. */
import { once } from 'node:events';
import { Redis, type RedisOptions, type Result } from 'ioredis';
import t, { type Test } from 'tap';
import { until, untilBlocked } from '../support/conditions.js';
import { startKv } from '../support/kv-server.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    addUpTo(key: string, step: number, limit: number): Result<number, Context>;
  }
}

const kv = await startKv(t);
const guarded = await startKv(t, { password: 'open sesame' });

function connect(t: Test, options: Omit<RedisOptions, 'replyMapping'> = {}, port = kv.port): Redis {
  const redis = new Redis(port, kv.host, options);
  t.teardown(() => redis.disconnect());
  return redis;
}

/** The answer to each command, or its error's text. */
function outcomes(answers: [error: Error | null, answer: unknown][] | null): unknown[] | undefined {
  return answers?.map(([error, answer]) => error?.message ?? answer);
}

async function visited(stream: AsyncIterable<string[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const some of stream) all.push(...some);
  return all;
}

t.beforeEach(async () => {
  const redis = new Redis(kv.port, kv.host);
  await redis.flushall();
  redis.disconnect();
});

for (const protocol of [2, 3] as const) {
  t.test(`a connection introduces itself in RESP${protocol}`, async (t) => {
    const redis = connect(t, { protocol, connectionName: 'shop', db: 4 });
    await once(redis, 'ready');
    t.match(await redis.client('LIST', 'ID', await redis.client('ID')), / name=shop .* db=4 /);
    t.equal(await redis.client('GETNAME'), 'shop');
  });

  t.test(`replies have the same shapes in RESP${protocol}`, async (t) => {
    const redis = connect(t, { protocol });
    await redis.hset('hash', { a: '1', b: '2' });
    await redis.zadd('zset', 1.5, 'x', '+inf', 'y');
    await redis.sadd('set', 'only');
    t.strictSame(await redis.hgetall('hash'), { a: '1', b: '2' });
    t.strictSame(await redis.zrange('zset', '0', '-1', 'WITHSCORES'), ['x', '1.5', 'y', 'inf']);
    t.equal(await redis.zscore('zset', 'x'), '1.5');
    t.strictSame(await redis.smembers('set'), ['only']);
    t.strictSame(await redis.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
    t.equal(await redis.get('none'), null);
    t.strictSame(await redis.mget('none', 'nor this'), [null, null]);
    t.equal(await redis.blpop(['none'], 0.01), null);
  });
}

t.test('maps, numbers and truths of RESP3 are handed through to who wants them', async (t) => {
  const redis = new Redis({ host: kv.host, port: kv.port, replyMapping: 'resp3' });
  t.teardown(() => redis.disconnect());
  await redis.zadd('zset', 1.5, 'x');
  t.equal(await redis.zscore('zset', 'x'), 1.5);
  t.strictSame(await redis.config('GET', 'maxmemory'), { maxmemory: '0' });
  t.match(await redis.hello(3), { server: 'redis', proto: 3, mode: 'standalone', role: 'master', modules: [] });
});

t.test('a pipeline has an answer for each command, errors among them', async (t) => {
  const redis = connect(t);
  const answers = await redis.pipeline().set('s', 'a').incr('s').get('s').hset('s', 'f', 'v').exec();
  t.strictSame(
    outcomes(answers),
    ['OK', 'ERR value is not an integer or out of range', 'a', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  );
  const many = redis.pipeline();
  for (let i = 0; i < 5000; i++) many.incr('n');
  t.strictSame((await many.exec())?.at(-1), [null, 5000]);
});

t.test('a transaction is whole, or not at all', async (t) => {
  const redis = connect(t);
  const answers = await redis.multi().set('a', '1').incr('a').lpush('a', 'x').get('a').exec();
  t.strictSame(outcomes(answers), ['OK', 2, 'WRONGTYPE Operation against a key holding the wrong kind of value', '2']);
  await t.rejects(redis.multi().set('a', '5').call('nosuch').exec(), { message: 'EXECABORT Transaction discarded because of previous errors.' });
  t.equal(await redis.get('a'), '2');
  await redis.multi({ pipeline: false });
  t.equal(await redis.incr('a'), 'QUEUED');
  await redis.discard();
});

t.test('WATCH gives a transaction up when another client was faster', async (t) => {
  const redis = connect(t);
  const other = connect(t);
  await redis.watch('balance');
  await other.set('balance', '10');
  t.equal(await redis.multi().incr('balance').exec(), null);
  await redis.watch('balance');
  t.strictSame(await redis.multi().incr('balance').exec(), [[null, 11]]);
});

t.test('a defined command goes by its digest, and by its text where that is unknown', async (t) => {
  const lua = "local n = tonumber(redis.call('GET', KEYS[1]) or 0) + ARGV[1] if n > tonumber(ARGV[2]) then return -1 end redis.call('SET', KEYS[1], n) return n";
  const redis = connect(t, { scripts: { addUpTo: { lua, numberOfKeys: 1 } } });
  t.equal(await redis.addUpTo('n', 3, 7), 3);
  t.equal(await redis.addUpTo('n', 3, 7), 6);
  t.equal(await redis.addUpTo('n', 3, 7), -1);
  await redis.script('FLUSH');
  t.equal(await redis.addUpTo('n', 1, 7), 7, 'NOSCRIPT is answered with EVAL');
  t.strictSame(await redis.pipeline().addUpTo('m', 1, 7).addUpTo('m', 1, 7).exec(), [[null, 1], [null, 2]]);
});

t.test('messages come by channel, by pattern and by shard', async (t) => {
  const redis = connect(t);
  const subscriber = redis.duplicate();
  t.teardown(() => subscriber.disconnect());
  t.equal(await subscriber.subscribe('news', 'more'), 2);
  t.equal(await subscriber.psubscribe('n?ws'), 3);
  t.equal(await subscriber.ssubscribe('local'), 1);
  const [direct, matched, sharded] = [once(subscriber, 'message'), once(subscriber, 'pmessage'), once(subscriber, 'smessageBuffer')];
  t.equal(await redis.publish('news', 'hello'), 2);
  t.equal(await redis.spublish('local', Buffer.from([0, 255])), 1);
  t.strictSame(await direct, ['news', 'hello']);
  t.strictSame(await matched, ['n?ws', 'news', 'hello']);
  t.strictSame(await sharded, [Buffer.from('local'), Buffer.from([0, 255])]);
  t.strictSame(await redis.pubsub('CHANNELS', 'n*'), ['news']);
  t.strictSame(await redis.pubsub('SHARDCHANNELS'), ['local']);
  t.strictSame(await redis.pubsub('NUMSUB', 'news', 'none'), ['news', 1, 'none', 0]);
  t.equal(await redis.pubsub('NUMPAT'), 1);
  t.equal(await subscriber.unsubscribe('news', 'more'), 1, 'the pattern is left');
  t.equal(await subscriber.punsubscribe(), 0);
});

t.test('blocking commands wait on a connection of their own', async (t) => {
  const redis = connect(t);
  const blocked = redis.duplicate();
  t.teardown(() => blocked.disconnect());
  const popped = blocked.blpop('queue', 'other', 0);
  await untilBlocked(() => redis.info('clients'));
  await redis.rpush('other', 'job', 'next');
  t.strictSame(await popped, ['other', 'job']);
  t.strictSame(await blocked.bzpopmin('zset', 0.01), null);
  const moved = blocked.blmove('source', 'target', 'LEFT', 'RIGHT', 0);
  await untilBlocked(() => redis.info('clients'));
  await redis.lpush('source', 'x');
  t.equal(await moved, 'x');
  t.strictSame(await redis.lrange('target', 0, -1), ['x']);
});

t.test('streams of scans visit everything once', async (t) => {
  const redis = connect(t);
  const names = Array.from({ length: 1500 }, (_, i) => `user:${i}`);
  await redis.mset(Object.fromEntries(names.map((name) => [name, 'x'])));
  await redis.hset('hash', Object.fromEntries(names.map((name) => [name, 'x'])));
  await redis.zadd('zset', ...names.flatMap((name, i) => [i, name]));
  t.strictSame(new Set(await visited(redis.scanStream({ match: 'user:*', count: 100 }))), new Set(names));
  t.strictSame(new Set(await visited(redis.scanStream({ type: 'hash' }))), new Set(['hash']));
  t.strictSame(new Set(await visited(redis.hscanStream('hash', { match: 'user:*' }))), new Set([...names, 'x']));
  t.equal((await visited(redis.zscanStream('zset', { match: '*9' }))).length, 2 * 150);
});

t.test('autopipelining sends what a turn asked for at once', async (t) => {
  const redis = connect(t, { enableAutoPipelining: true });
  await once(redis, 'ready');
  const answers = await Promise.all([redis.set('a', '1'), redis.get('a'), redis.incr('a'), ...Array.from({ length: 500 }, () => redis.incr('a'))]);
  t.strictSame([...answers.slice(0, 3), answers.at(-1)], ['OK', '1', 2, 502]);
});

t.test('a key prefix is put before the keys of every command', async (t) => {
  const redis = connect(t, { keyPrefix: 'app:' });
  await redis.mset('a', '1', 'b', '2');
  await redis.sort('list', 'BY', 'w*', 'GET', '#');
  await redis.eval("return redis.call('SET', KEYS[1], 'x')", 1, 'c');
  await redis.zunionstore('d', 1, 'none');
  t.strictSame((await redis.keys('*')).sort(), ['app:a', 'app:b', 'app:c']);
});

t.test('bytes come back as they went', async (t) => {
  const redis = connect(t);
  const bytes = Buffer.from([...Array(256).keys()]);
  await redis.set(bytes, bytes);
  t.strictSame(await redis.getBuffer(bytes), bytes);
  await redis.hset('hash', bytes, bytes);
  t.strictSame(await redis.hgetallBuffer('hash'), { [bytes.toString()]: bytes });
  t.equal(await redis.lpush('list', bytes), 1);
  t.strictSame(await redis.lrangeBuffer('list', 0, -1), [bytes]);
  const dump = await redis.dumpBuffer('list');
  t.equal(await redis.restore('copy', 0, dump), 'OK');
  t.strictSame(await redis.lrangeBuffer('copy', 0, -1), [bytes]);
});

t.test('it comes back after CLIENT KILL, to its database and its channels', async (t) => {
  const redis = connect(t);
  const victim = connect(t, { db: 3, retryStrategy: () => 1 });
  const subscriber = connect(t, { retryStrategy: () => 1 });
  await victim.set('k', 'v');
  await subscriber.subscribe('news');
  const isBack = [once(victim, 'ready'), once(subscriber, 'ready')];
  t.equal(await redis.client('KILL', 'ID', await victim.client('ID')), 1);
  t.equal(await redis.client('KILL', 'TYPE', 'PUBSUB'), 1);
  await Promise.all(isBack);
  t.equal(await victim.get('k'), 'v');
  const message = once(subscriber, 'message');
  await until(async () => ((await redis.pubsub('NUMSUB', 'news')) as [string, number])[1] === 1);
  await redis.publish('news', 'again');
  t.strictSame(await message, ['news', 'again']);
});

t.test('a command that was waiting when the connection broke is sent again', async (t) => {
  const redis = connect(t);
  const blocked = connect(t, { retryStrategy: () => 1 });
  const id = await blocked.client('ID');
  const popped = blocked.brpop('queue', 0);
  await untilBlocked(() => redis.info('clients'));
  const isBack = once(blocked, 'ready');
  await redis.client('KILL', 'ID', id);
  await isBack;
  await redis.lpush('queue', 'job');
  t.strictSame(await popped, ['queue', 'job']);
});

t.test('what is asked before there is a connection waits for it', async (t) => {
  const redis = connect(t, { lazyConnect: true });
  const answers = [redis.set('k', 'v'), redis.get('k')];
  t.not(redis.status, 'ready');
  t.strictSame(await Promise.all(answers), ['OK', 'v']);
});

t.test('a password is given with HELLO, and with AUTH', async (t) => {
  for (const protocol of [2, 3] as const) {
    const redis = connect(t, { password: 'open sesame', protocol }, guarded.port);
    t.equal(await redis.ping(), 'PONG');
  }
  const stranger = connect(t, { password: 'guess', retryStrategy: () => null }, guarded.port);
  const [error] = (await once(stranger, 'error')) as [Error];
  t.equal(error.message, 'WRONGPASS invalid username-password pair or user is disabled.');
});

t.test('a group reads a stream, acknowledges, and claims what was left', async (t) => {
  const redis = connect(t);
  const reader = connect(t);
  await redis.xgroup('CREATE', 'orders', 'shop', '$', 'MKSTREAM');
  const read = reader.xreadgroup('GROUP', 'shop', 'ada', 'COUNT', 10, 'BLOCK', 0, 'STREAMS', 'orders', '>');
  await untilBlocked(() => redis.info('clients'));
  await redis.xadd('orders', '1-1', 'item', 'pear');
  t.strictSame(await read, [['orders', [['1-1', ['item', 'pear']]]]]);
  t.strictSame(await redis.xpending('orders', 'shop'), [1, '1-1', '1-1', [['ada', '1']]]);
  t.strictSame(await redis.xclaim('orders', 'shop', 'bob', 0, '1-1'), [['1-1', ['item', 'pear']]]);
  t.strictSame(await redis.xautoclaim('orders', 'shop', 'eve', 0, '0'), ['0-0', [['1-1', ['item', 'pear']]], []]);
  t.equal(await redis.xack('orders', 'shop', '1-1'), 1);
  t.strictSame(await reader.xreadgroup('GROUP', 'shop', 'eve', 'STREAMS', 'orders', '0'), [['orders', []]]);
  t.equal(await reader.xread('BLOCK', 5, 'STREAMS', 'orders', '$'), null);
});

t.test('MONITOR hands out what others ask for', async (t) => {
  const redis = connect(t);
  const monitor = await redis.monitor();
  t.teardown(() => monitor.disconnect());
  const seen = once(monitor, 'monitor');
  await redis.set('k', 'v');
  const [, args, , database] = (await seen) as [string, string[], string, string];
  t.strictSame([args.map((arg) => arg.toLowerCase()), database], [['set', 'k', 'v'], '0']);
});
