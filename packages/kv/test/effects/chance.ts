import type { Draw } from '../differential/draw.js';
import type { Family, Scene } from '../differential/family.js';

/** What two servers would never do alike, and so no other family does: it hangs on the time, on chance, or on the order of a hash table. */
export const chance: Family = {
  name: 'chance',
  weight: 40,
  isSpoiled: false,
  builders: ['SADD', 'XADD', 'XADD+', 'CONFIG+', 'XGROUP', 'ZADD'],
  recipes: {
    SADD: (d) => ['SADD', d.key('set'), ...d.some(1, 20, () => d.value())],
    SPOP: (d) => ['SPOP', d.key('set'), ...d.maybe(0.5, `${d.between(0, 8)}`)],
    SRANDMEMBER: (d) => ['EVAL', "return redis.call('SADD', KEYS[2], unpack(redis.call('SRANDMEMBER', KEYS[1], 3)))", '2', d.key('set'), d.key('set')],
    EVAL: (d) => ['EVAL', "return redis.call('SET', KEYS[1], math.random() .. redis.call('TIME')[2])", '1', d.key('string')],
    SORT: (d) => ['SORT', d.key('set'), 'BY', d.pick(['none*', 's*']), 'ALPHA', ...d.limit(), 'STORE', d.key('list')],
    ZADD: (d) => ['ZADD', d.key('zset'), ...d.some(1, 6, () => [d.score(), d.value()]).flat()],
    GEORADIUS: (d) => ['GEORADIUS', d.key('geo'), '13', '38', '5000', 'km', 'COUNT', '2', 'ANY', d.option('STORE', 'STOREDIST'), d.key('zset')],
    GEOADD: (d) => ['GEOADD', d.key('geo'), ...d.some(1, 3, () => [`${d.between(10, 16)}`, `${d.between(35, 40)}`, d.field()]).flat()],
    SET: (d) => ['SET', d.key(), d.value(), d.option('EX', 'PX'), soon(d)],
    'SET+': (d) => ['SET', d.key(), d.value(), d.option('EXAT', 'PXAT'), d.pick(['1', '1000000000000'])],
    SETEX: (d) => [d.pick(['SETEX', 'PSETEX']), d.key(), soon(d), d.value()],
    GETEX: (d) => ['GETEX', d.key('string'), ...d.pick([['EX', soon(d)], ['PX', soon(d)], ['PERSIST'], ['EXAT', '1'], ['PXAT', '1']])],
    EXPIRE: (d) => [d.pick(['EXPIRE', 'PEXPIRE']), d.key(), soon(d), ...d.maybe(0.3, d.option('NX', 'XX', 'GT', 'LT'))],
    RESTORE: (d) => {
      const [from, to] = [d.key(), d.key()];
      return [{ args: ['DUMP', from], mode: 'dump' }, { args: ['RESTORE', to, soon(d), '\0payload', 'REPLACE', ...d.maybe(0.3, 'ABSTTL')] }];
    },
    XADD: (d) => ['XADD', d.key('stream'), ...trimming(d), '*', d.field(), d.value()],
    'XADD+': (d) => d.some(5, 30, () => ({ args: ['XADD', d.key('stream'), ...trimming(d), '*', d.field(), d.value()] })),
    XTRIM: (d) => ['XTRIM', d.key('stream'), d.option('MAXLEN'), d.pick(['~', '~', '=']), `${d.between(0, 30)}`],
    'CONFIG+': (d) => ['CONFIG', 'SET', 'stream-node-max-entries', d.pick(['3', '4', '10'])],
    XGROUP: (d) => [
      'XGROUP', 'CREATE', d.key('stream'), 'g1', d.pick(['0', '$']), 'MKSTREAM', ...d.maybe(0.3, 'ENTRIESREAD', d.pick(['0', '5', '9223372036854775807'])),
    ],
    XREADGROUP: (d) => [
      'XREADGROUP', 'GROUP', 'g1', consumer(d), ...d.maybe(0.5, 'COUNT', `${d.between(1, 9)}`), ...d.maybe(0.2, 'NOACK'),
      'STREAMS', 'x1', 'x2', d.pick(['>', '0']), d.pick(['>', '0']),
    ],
    XAUTOCLAIM: (d) => ['XAUTOCLAIM', d.key('stream'), 'g1', consumer(d), d.pick(['0', '3', '1000']), '-', ...d.maybe(0.5, 'JUSTID')],
    XCLAIM: (d) => ['EVAL', CLAIM, '1', d.key('stream'), 'g1', consumer(d), ...d.maybe(0.3, 'JUSTID'), ...d.maybe(0.3, 'FORCE'), ...d.maybe(0.3, 'RETRYCOUNT', '7')],
    'XCLAIM+': (d) => [
      { args: ['XREADGROUP', 'GROUP', 'g1', consumer(d), 'STREAMS', d.key('stream'), '>'] }, { args: ['EVAL', DELETE, '1', d.key('stream'), '2'] },
      { args: ['EVAL', CLAIM, '1', d.key('stream'), 'g1', consumer(d), 'LASTID', d.pick(['0-1', `1${'9'.repeat(12)}-1`])] },
    ],
    'XADD++': (d) => ['XADD', d.key('stream'), `9${'9'.repeat(15)}-*`, 'a', 'b'],
    XDEL: (d) => ['EVAL', DELETE, '1', d.key('stream'), `${d.between(1, 5)}`],
    PFCOUNT: (d) => [{ args: ['PFADD', d.key('hll'), d.value()] }, { args: ['PFCOUNT', d.key('hll')] }],
    PFDEBUG: (d) => ['PFDEBUG', d.pick(['TODENSE', 'GETREG']), d.key('hll')],
    BITFIELD: (d) => ['BITFIELD', d.key('string'), 'OVERFLOW', 'FAIL', d.pick(['SET', 'INCRBY']), 'u8', `${d.between(0, 900)}`, '300'],
    BLPOP: (d) => waited(d),
    FUNCTION: (d) => ['FUNCTION', 'LOAD', 'REPLACE', `#!lua name=${d.pick(['one', 'two'])}\nredis.register_function('f${d.between(1, 3)}', function() end)`],
    'FUNCTION+': (d) => ['FUNCTION', ...d.pick([['DELETE', 'one'], ['FLUSH']])],
    CONFIG: (d) => evicted(d),
    SWAPDB: (d) => [{ args: ['SWAPDB', '0', '1'] }, { args: ['MOVE', d.key(), '1'] }, { args: ['COPY', d.key(), d.key(), 'DB', '2'] }],
  },
};

const CLAIM = `
  local ids = {}
  for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 5)) do ids[#ids + 1] = pending[1] end
  if #ids == 0 then return end
  local command = {'XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids)}
  for i = 3, #ARGV do command[#command + 1] = ARGV[i] end
  return redis.call(unpack(command))`;
const DELETE = `
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[1])) do redis.call('XDEL', KEYS[1], entry[1]) end`;

function soon(d: Draw): string {
  return d.pick(['1', '2', '10', '100', '100000']);
}

function consumer(d: Draw): string {
  return d.pick(['alice', 'bob', 'STREAMS']);
}

function trimming(d: Draw): readonly string[] {
  return d.maybe(0.4, d.pick(['MAXLEN', 'MAXLEN', 'MINID']), d.pick(['~', '~', '=']), `${d.between(0, 20)}`);
}

/** Some wait for several keys, and a transaction fills more than one. */
function waited(d: Draw): Scene {
  const waits = [
    ['BLPOP', 'l1', 'l2', '1'], ['BRPOP', 'l2', 'l1', '1'], ['BLMPOP', '1', '2', 'l1', 'l2', 'LEFT', 'COUNT', '9223372036854775807'],
    ['BLMOVE', 'l1', 'l2', 'LEFT', 'RIGHT', '1'], ['BRPOPLPUSH', 'l2', 'l1', '1'], ['BZPOPMIN', 'z1', 'z2', '1'], ['BZPOPMAX', 'z1', '1'],
    ['BZMPOP', '1', '2', 'z2', 'z1', 'MAX', 'COUNT', '3'], ['XREADGROUP', 'GROUP', 'g1', 'carol', 'BLOCK', '1000', 'STREAMS', 'x1', 'x2', '>', '>'],
  ];
  const fills = [
    ['RPUSH', 'l1', 'a', 'b', 'c'], ['RPUSH', 'l2', 'd', 'e'], ['ZADD', 'z1', '1', 'a', '2', 'b'], ['ZADD', 'z2', '3', 'c'], ['XADD', 'x1', '*', 'a', 'b'],
    ['SET', 'l1', 'x'], ['DEL', 'l1'], ['DEL', 'x1'],
  ];
  const start = d.chance(0.7) ? [{ args: ['DEL', 'l1', 'l2', 'z1', 'z2'] }] : [];
  const waiting = d.some(1, 4, () => d.pick(waits)).map((args, i) => ({ connection: 10 + i, args, mode: 'later' as const }));
  const filling = d.some(1, 4, () => ({ args: d.pick(fills) }));
  return [...start, ...waiting, ...(d.chance(0.5) ? [{ args: ['MULTI'] }, ...filling, { args: ['EXEC'] }] : filling)];
}

/** Memory is short for a while. */
function evicted(d: Draw): Scene {
  const policy = d.pick(['allkeys-random', 'allkeys-lru', 'volatile-ttl']);
  const set = (name: string, value: string): Scene[number] => ({ args: ['CONFIG', 'SET', name, value] });
  return [set('maxmemory-policy', policy), set('maxmemory', '100'), ...d.some(1, 3, () => ({ args: ['SET', d.key('string'), d.value()] })), set('maxmemory', '0')];
}
