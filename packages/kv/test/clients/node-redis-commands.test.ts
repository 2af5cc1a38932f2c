/** A few commands of each family through node-redis, which turns the replies of both protocols into the same typed values. */
import { type RedisClientOptions, createClient } from 'redis';
import t, { type Test } from 'tap';
import { startKv } from '../support/kv-server.js';

const kv = await startKv(t);

async function connect(t: Test, RESP: 2 | 3) {
  const client = createClient({ url: kv.url, RESP } as RedisClientOptions);
  t.teardown(() => client.destroy());
  await client.connect();
  await client.flushAll();
  return client;
}

type Client = Awaited<ReturnType<typeof connect>>;

/** Objects of replies have no prototype, which tap would tell apart. */
function plain(reply: unknown): unknown {
  return JSON.parse(JSON.stringify(reply));
}

const FAMILIES: Record<string, (t: Test, client: Client) => Promise<void>> = {
  keys: async (t, client) => {
    t.equal(await client.set('k', 'v', { expiration: { type: 'EX', value: 100 } }), 'OK');
    t.ok((await client.ttl('k')) > 90);
    t.equal(await client.expire('k', 10, 'GT'), 0);
    t.equal(await client.persist('k'), 1);
    t.strictSame([await client.pTTL('k'), await client.pTTL('none'), await client.expireTime('k')], [-1, -2, -1]);
    t.strictSame([await client.copy('k', 'copy'), await client.rename('copy', 'other'), await client.renameNX('other', 'k')], [1, 'OK', 0]);
    t.strictSame([await client.exists(['k', 'other', 'none']), await client.touch(['k', 'none']), await client.type('k')], [2, 1, 'string']);
    t.strictSame((await client.keys('*')).sort(), ['k', 'other']);
    t.equal(await client.objectEncoding('k'), 'embstr');
    t.strictSame([await client.move('other', 1), await client.dbSize(), await client.randomKey()], [1, 1, 'k']);
    t.strictSame([await client.del(['k', 'none']), await client.unlink('none'), await client.dbSize()], [1, 0, 0]);
  },

  strings: async (t, client) => {
    t.equal(await client.set('k', 'v', { condition: 'XX' }), null);
    t.equal(await client.set('k', '10', { GET: true }), null);
    t.strictSame([await client.incrBy('k', 5), await client.decr('k'), await client.incrByFloat('k', 0.5)], [15, 14, '14.5']);
    t.strictSame(
      [await client.append('k', '!'), await client.strLen('k'), await client.getRange('k', -2, -1), await client.setRange('k', 0, 'x')],
      [5, 5, '5!', 5],
    );
    t.strictSame([await client.getEx('k', { type: 'PX', value: 100_000 }), await client.getDel('k'), await client.get('k')], ['x4.5!', 'x4.5!', null]);
    t.strictSame([await client.mSetNX({ a: 'ohmytext', b: 'mynewtext' }), await client.mGet(['a', 'none', 'b'])], [1, ['ohmytext', null, 'mynewtext']]);
    t.strictSame([await client.lcs('a', 'b'), await client.lcsLen('a', 'b')], ['mytext', 6]);
    t.match(plain(await client.lcsIdx('a', 'b')), { matches: [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], len: 6 });
    t.strictSame(
      [await client.setBit('bits', 7, 1), await client.bitCount('bits'), await client.bitPos('bits', 1), await client.getBit('bits', 7)],
      [0, 1, 7, 1],
    );
    t.strictSame(
      await client.bitField('bits', [
        { operation: 'INCRBY', encoding: 'u8', offset: 0, increment: 255 },
        { operation: 'OVERFLOW', behavior: 'FAIL' },
        { operation: 'INCRBY', encoding: 'u2', offset: 0, increment: 3 },
      ]),
      [0, 3],
    );
  },

  hashes: async (t, client) => {
    t.equal(await client.hSet('h', { name: 'Ada', age: '36' }), 2);
    t.strictSame(plain(await client.hGetAll('h')), { name: 'Ada', age: '36' });
    t.strictSame(plain(await client.hGetAll('none')), {});
    t.strictSame([await client.hGet('h', 'none'), await client.hmGet('h', ['name', 'none']), await client.hExists('h', 'age')], [null, ['Ada', null], 1]);
    t.strictSame([await client.hIncrBy('h', 'age', 1), await client.hIncrByFloat('h', 'age', 0.5), await client.hStrLen('h', 'name')], [37, '37.5', 3]);
    t.strictSame([await client.hKeys('h'), await client.hVals('h'), await client.hLen('h')], [['name', 'age'], ['Ada', '37.5'], 2]);
    t.equal((await client.hRandFieldCountWithValues('h', 5))?.length, 2);
    t.strictSame([await client.hDel('h', ['name', 'age']), await client.exists('h')], [2, 0]);
  },

  lists: async (t, client) => {
    t.strictSame([await client.rPush('l', ['a', 'b', 'c', 'b']), await client.lPush('l', 'z'), await client.lPushX('none', 'x')], [4, 5, 0]);
    t.strictSame([await client.lPos('l', 'b'), await client.lPosCount('l', 'b', 0), await client.lInsert('l', 'BEFORE', 'c', 'x')], [2, [2, 4], 6]);
    t.strictSame(
      [await client.lRange('l', 0, -1), await client.lIndex('l', -1), await client.lIndex('l', 9)],
      [['z', 'a', 'b', 'x', 'c', 'b'], 'b', null],
    );
    t.strictSame([await client.lRem('l', 0, 'b'), await client.lSet('l', 0, 'y'), await client.lTrim('l', 0, 2)], [2, 'OK', 'OK']);
    t.strictSame(
      [await client.lMove('l', 'm', 'LEFT', 'RIGHT'), await client.rPopLPush('l', 'm'), await client.lRange('m', 0, -1)],
      ['y', 'x', ['x', 'y']],
    );
    t.strictSame(await client.lmPop(['none', 'm'], 'RIGHT', { COUNT: 5 }), ['m', ['y', 'x']]);
    t.strictSame([await client.lPopCount('l', 5), await client.lPop('l'), await client.lPopCount('l', 2), await client.lLen('l')], [['a'], null, null, 0]);
  },

  sets: async (t, client) => {
    await client.sAdd('a', ['1', '2', '3']);
    t.equal(await client.sAdd('b', ['2', '3', '4', '2']), 3);
    t.strictSame([await client.sIsMember('a', '1'), await client.smIsMember('a', ['1', '9']), await client.sCard('a')], [1, [1, 0], 3]);
    t.strictSame(
      [(await client.sInter(['a', 'b'])).sort(), (await client.sUnion(['a', 'b'])).sort(), await client.sDiff(['a', 'b'])],
      [['2', '3'], ['1', '2', '3', '4'], ['1']],
    );
    t.strictSame([await client.sInterCard(['a', 'b'], 1), await client.sUnionStore('c', ['a', 'b']), await client.sMove('a', 'b', '1')], [1, 4, 1]);
    t.strictSame(
      [await client.sRem('b', ['1', '9']), (await client.sPopCount('c', 9)).length, await client.sPop('c'), await client.sRandMember('c')],
      [1, 4, null, null],
    );
  },

  'sorted sets': async (t, client) => {
    t.equal(await client.zAdd('z', [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }, { score: Infinity, value: 'c' }]), 3);
    t.equal(await client.zAdd('z', { score: 0, value: 'a' }, { comparison: 'GT', CH: true }), 0);
    t.strictSame(
      [await client.zScore('z', 'c'), await client.zmScore('z', ['b', 'none']), await client.zRank('z', 'b'), await client.zRevRank('z', 'b')],
      [Infinity, [2.5, null], 1, 1],
    );
    t.strictSame(
      [await client.zRange('z', '(1', '+inf', { BY: 'SCORE', LIMIT: { offset: 0, count: 1 } }), await client.zRange('z', 0, -1, { REV: true })],
      [['b'], ['c', 'b', 'a']],
    );
    t.strictSame(await client.zRangeWithScores('z', 0, 1), [{ value: 'a', score: 1 }, { value: 'b', score: 2.5 }]);
    t.strictSame(
      [await client.zIncrBy('z', -2, 'a'), await client.zCount('z', '-inf', 0), await client.zLexCount('z', '-', '+'), await client.zCard('z')],
      [-1, 1, 3, 3],
    );
    t.equal(await client.zUnionStore('u', [{ key: 'z', weight: 2 }, { key: 'z', weight: 1 }], { AGGREGATE: 'MAX' }), 3);
    t.strictSame(await client.zInterWithScores(['z', 'u']), [{ value: 'a', score: -2 }, { value: 'b', score: 7.5 }, { value: 'c', score: Infinity }]);
    t.strictSame([await client.zRangeStore('r', 'z', 0, 0), await client.zDiff(['z', 'r']), await client.zInterCard(['z', 'r'])], [1, ['b', 'c'], 1]);
    t.strictSame(
      [plain(await client.zPopMin('z')), plain(await client.zPopMaxCount('u', 1)), await client.zPopMin('none')],
      [{ value: 'a', score: -1 }, [{ value: 'c', score: null }], null],
    );
    t.strictSame(plain(await client.zmPop(['none', 'z'], 'MIN')), { key: 'z', members: [{ value: 'b', score: 2.5 }] });
    t.strictSame([await client.zRem('z', 'c'), await client.exists('z'), await client.zRemRangeByRank('u', 0, -1)], [1, 0, 2]);
  },

  streams: async (t, client) => {
    t.strictSame(
      [await client.xAdd('s', '1-1', { f: 'v' }), await client.xAdd('s', '1-*', { f: 'w' }), await client.xAddNoMkStream('none', '*', { f: 'v' })],
      ['1-1', '1-2', null],
    );
    const [first, second] = [{ id: '1-1', message: { f: 'v' } }, { id: '1-2', message: { f: 'w' } }];
    t.match(plain(await client.xRange('s', '-', '+')), [first, second]);
    t.match(plain(await client.xRevRange('s', '+', '(1-1')), [second]);
    t.match(plain(await client.xRead({ key: 's', id: '1-1' }, { COUNT: 5 })), [{ name: 's', messages: [second] }]);
    t.equal(await client.xRead({ key: 's', id: '$' }, { BLOCK: 5 }), null);
    t.equal(await client.xGroupCreate('s', 'group', '0'), 'OK');
    t.match(plain(await client.xReadGroup('group', 'ada', { key: 's', id: '>' }, { COUNT: 1 })), [{ name: 's', messages: [first] }]);
    t.match(plain(await client.xPending('s', 'group')), { pending: 1, firstId: '1-1', lastId: '1-1', consumers: [{ name: 'ada', deliveriesCounter: 1 }] });
    t.match(plain(await client.xPendingRange('s', 'group', '-', '+', 9)), [{ id: '1-1', consumer: 'ada', deliveriesCounter: 1 }]);
    t.match(plain(await client.xAutoClaim('s', 'group', 'bob', 0, '0')), { nextId: '0-0', messages: [first], deletedMessages: [] });
    t.match(
      plain(await client.xInfoStream('s')),
      { length: 2, 'last-generated-id': '1-2', groups: 1, 'first-entry': first, 'last-entry': second, 'entries-added': 2 },
    );
    t.match(plain(await client.xInfoGroups('s')), [{ name: 'group', consumers: 2, pending: 1, 'last-delivered-id': '1-1', 'entries-read': 1, lag: 1 }]);
    t.match(plain(await client.xInfoConsumers('s', 'group')), [{ name: 'ada', pending: 0 }, { name: 'bob', pending: 1 }]);
    t.strictSame(
      [await client.xAck('s', 'group', '1-1'), await client.xTrim('s', 'MAXLEN', 1), await client.xDel('s', '1-2'), await client.xLen('s')],
      [1, 1, 1, 0],
    );
  },

  'places and estimates': async (t, client) => {
    t.equal(
      await client.geoAdd('g', [
        { longitude: 13.361389, latitude: 38.115556, member: 'Palermo' },
        { longitude: 15.087269, latitude: 37.502669, member: 'Catania' },
      ]),
      2,
    );
    t.equal(await client.geoDist('g', 'Palermo', 'Catania', 'km'), 166.2742);
    t.strictSame(await client.geoHash('g', ['Palermo', 'none']), ['sqc8b49rny0', null]);
    const [place, nowhere] = await client.geoPos('g', ['Catania', 'none']);
    t.match([Number(place?.longitude).toFixed(4), nowhere], ['15.0873', null]);
    t.strictSame(await client.geoSearch('g', { longitude: 15, latitude: 37 }, { radius: 100, unit: 'km' }), ['Catania']);
    t.match(
      plain(await client.geoSearchWith('g', 'Palermo', { width: 400, height: 400, unit: 'km' }, ['WITHDIST'], { SORT: 'DESC' })),
      [{ member: 'Catania', distance: '166.2742' }, { member: 'Palermo', distance: '0.0000' }],
    );
    t.strictSame([await client.pfAdd('p', ['a', 'b', 'c']), await client.pfAdd('p', 'a'), await client.pfCount('p')], [1, 0, 3]);
    t.strictSame([await client.pfAdd('q', 'd'), await client.pfMerge('r', ['p', 'q']), await client.pfCount(['p', 'q'])], [1, 'OK', 4]);
  },

  'server and sorting': async (t, client) => {
    t.strictSame(plain(await client.configGet('maxmemory-p*')), { 'maxmemory-policy': 'noeviction' });
    t.equal(await client.configSet('slowlog-max-len', '64'), 'OK');
    t.match(await client.info('server'), /\r\nredis_version:7\.0\.\d+\r\n/);
    t.match(await client.info(), /\r\n# Keyspace\r\n$/);
    t.ok((await client.memoryUsage('none')) === null && (await client.commandCount()) > 150);
    t.match(await client.commandInfo(['get', 'nosuch']), [{ name: 'get', arity: 2, firstKeyIndex: 1, lastKeyIndex: 1, step: 1 }, null]);
    t.match(await client.time(), [/^\d{10}$/, /^\d{1,6}$/]);
    await client.rPush('l', ['3', '1', '2']);
    await client.mSet({ weight1: '9', weight2: '8', weight3: '7' });
    t.strictSame(
      [await client.sort('l'), await client.sort('l', { BY: 'weight*', GET: ['#', 'weight*'], LIMIT: { offset: 0, count: 2 } })],
      [['1', '2', '3'], ['3', '7', '2', '8']],
    );
    t.strictSame([await client.sortStore('l', 'sorted', { DIRECTION: 'DESC' }), await client.lRange('sorted', 0, -1)], [3, ['3', '2', '1']]);
    t.match([await client.role(), await client.lastSave()], [{ role: 'master', replicas: [] }, Number]);
    t.equal(await client.swapDb(0, 1), 'OK');
    t.equal(await client.dbSize(), 0);
    t.equal(await client.flushAll('ASYNC'), 'OK');
  },
};

for (const RESP of [2, 3] as const)
  for (const [family, use] of Object.entries(FAMILIES)) t.test(`${family} have typed replies in RESP${RESP}`, async (t) => use(t, await connect(t, RESP)));
