import { CURSOR, PAYLOAD } from '../sequence.js';
import type { Draw, KeyType } from '../draw.js';
import type { Family, Scene } from '../family.js';

const TYPES: readonly KeyType[] = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'geo', 'hll'];

export const keys: Family = {
  name: 'keys',
  weight: 10,
  isSpoiled: true,
  builders: ['SET+', 'RPUSH+', 'HSET+', 'SADD+', 'ZADD+'],
  recipes: {
    'SET+': (d) => ['SET', d.key('string'), value(d)],
    'RPUSH+': (d) => ['RPUSH', d.key('list'), ...d.some(1, 5, () => `${d.between(0, 9)}`)],
    'HSET+': (d) => ['HSET', d.key('hash'), d.field(), value(d)],
    'SADD+': (d) => ['SADD', d.key('set'), ...d.some(1, 5, () => value(d))],
    'ZADD+': (d) => ['ZADD', d.key('zset'), inRange(d.score()), `${d.between(0, 9)}`],
    DEL: (d) => ['DEL', ...d.some(1, 3, () => anyKey(d))],
    UNLINK: (d) => ['UNLINK', ...d.some(1, 3, () => anyKey(d))],
    EXISTS: (d) => ['EXISTS', ...d.some(1, 4, () => anyKey(d))],
    TOUCH: (d) => ['TOUCH', ...d.some(1, 4, () => anyKey(d))],
    TYPE: (d) => ['TYPE', anyKey(d)],
    EXPIRE: (d) => ['EXPIRE', anyKey(d), d.seconds(), ...condition(d)],
    PEXPIRE: (d) => ['PEXPIRE', anyKey(d), d.milliseconds(), ...condition(d)],
    EXPIREAT: (d) => ['EXPIREAT', anyKey(d), d.unixSeconds(), ...condition(d)],
    PEXPIREAT: (d) => ['PEXPIREAT', anyKey(d), d.unixMilliseconds(), ...condition(d)],
    EXPIRETIME: (d) => ['EXPIRETIME', anyKey(d)],
    PEXPIRETIME: (d) => ['PEXPIRETIME', anyKey(d)],
    TTL: (d) => ['TTL', anyKey(d)],
    PTTL: (d) => ['PTTL', anyKey(d)],
    PERSIST: (d) => ['PERSIST', anyKey(d)],
    RENAME: (d) => ['RENAME', anyKey(d), anyKey(d)],
    RENAMENX: (d) => ['RENAMENX', anyKey(d), anyKey(d)],
    COPY: (d) => ['COPY', anyKey(d), anyKey(d), ...d.maybe(0.4, 'DB', d.database()), ...d.maybe(0.5, 'REPLACE')],
    MOVE: (d) => ['MOVE', anyKey(d), d.database()],
    SELECT: (d) => ['SELECT', d.database()],
    SWAPDB: (d) => ['SWAPDB', d.database(), d.database()],
    DBSIZE: () => ['DBSIZE'],
    FLUSHDB: (d) => (d.chance(0.1) ? ['FLUSHDB', ...d.some(0, 1, () => d.option('SYNC', 'ASYNC', 'NOW'))] : ['DBSIZE']),
    FLUSHALL: (d) => (d.chance(0.05) ? ['FLUSHALL', ...d.some(0, 1, () => d.option('SYNC', 'ASYNC', 'NOW'))] : ['DBSIZE']),
    KEYS: (d) => ['KEYS', d.pattern()],
    SCAN: (d) => {
      const type = d.maybe(0.4, 'TYPE', d.pick(TYPES));
      return [{ args: ['SCAN', CURSOR, ...d.maybe(0.4, 'MATCH', d.pattern()), ...d.maybe(0.4, 'COUNT', d.count()), ...type], mode: 'scan' }];
    },
    'SCAN+': (d) => ['SCAN', d.pick(['abc', ' 0', '1x']), ...d.maybe(0.5, 'MATCH')],
    RANDOMKEY: () => [{ args: ['KEYS', '*'] }, { args: ['RANDOMKEY'] }],
    OBJECT: (d) => ['OBJECT', d.pick(['ENCODING', 'ENCODING', 'REFCOUNT', 'IDLETIME', 'FREQ', 'NOSUCH']), anyKey(d)],
    DUMP: (d) => {
      const filled = filling(d);
      const restore = { args: ['RESTORE', anyKey(d), restoreTtl(d), PAYLOAD, ...restoreOptions(d)] };
      return [...d.some(0, 1, () => ({ args: filled })), { args: ['DUMP', filled[1] as string], mode: 'dump' }, restore];
    },
    RESTORE: (d) => ['RESTORE', anyKey(d), restoreTtl(d), d.value(), ...restoreOptions(d)],
    SORT: (d) => sortingCopy('SORT', [...sorting(d, sortingBy(d)), ...d.maybe(0.05, d.wrong())]),
    'SORT+': (d) => sortingCopy('SORT', [...sorting(d, []), 'STORE', d.key('list')]),
    SORT_RO: (d) => sortingCopy('SORT_RO', [...sorting(d, sortingBy(d)), ...d.maybe(0.05, d.wrong())]),
  },
};

function anyKey(d: Draw): string {
  return d.chance(0.95) ? d.key() : d.value();
}

function value(d: Draw): string {
  return inRange(d.value());
}

/** SORT fails in Redis if a number was too great or too small that any command before has read: nobody has cleared its error since. */
function inRange(text: string): string {
  return text === '5e-324' || text === '1e400' ? '0.5' : text;
}

function condition(d: Draw): string[] {
  return d.chance(0.5) ? [] : d.some(1, 2, () => d.option('NX', 'XX', 'GT', 'LT'));
}

/** A write to a key of any type, so that there is something to be dumped. */
function filling(d: Draw): readonly string[] {
  return d.pick([
    ['SET', d.key('string'), value(d)], ['RPUSH', d.key('list'), value(d), value(d)], ['HSET', d.key('hash'), d.field(), value(d)], [
      'SADD', d.key('set'), value(d), value(d),
    ],
    ['ZADD', d.key('zset'), inRange(d.score()), d.field()], ['XADD', d.key('stream'), `${d.ordinal()}-1`, d.field(), value(d)], [
      'XGROUP', 'CREATE', d.key('stream'), 'g1', '0', 'MKSTREAM',
    ],
  ]);
}

function restoreTtl(d: Draw): string {
  return d.chance(0.9) ? d.pick(['0', '0', '4000000000000']) : d.pick(['-1', 'abc']);
}

function restoreOptions(d: Draw): string[] {
  return [
    ...d.maybe(0.8, 'REPLACE'), ...d.maybe(0.4, 'ABSTTL'), ...d.maybe(0.1, 'IDLETIME', d.count()),
    ...d.maybe(0.1, 'FREQ', d.pick(['0', '255', '256', '-1'])),
  ];
}

/** Redis leaves a small sorted set large behind, which this server does not. So what is sorted is a copy. */
function sortingCopy(command: string, [key = '', ...options]: readonly string[]): Scene {
  return [{ args: ['COPY', key, 'copy', 'REPLACE'] }, { args: [command, 'copy', ...options] }, { args: ['DEL', 'copy'] }];
}

/** Elements whose weights are equal stand in an order of chance, so such a reply must not be stored. */
function sortingBy(d: Draw): readonly string[] {
  return d.maybe(0.4, 'BY', d.pick(['s*', 'h*->a', '__pro*__->b', 'nosort', 'w*', '*']));
}

/** Sets only with an order, or the reply is one of chance. */
function sorting(d: Draw, by: readonly string[]): string[] {
  const get = d.some(0, 2, () => d.pick(['#', 's*', 'h*->a', 'x', '__pro*__->foo'])).flatMap((pattern) => ['GET', pattern]);
  const key = d.key(d.pick(by[1] === 'nosort' ? ['list', 'zset'] : ['list', 'list', 'set', 'zset']));
  return [key, ...by, ...d.limit(), ...get, ...d.maybe(0.3, d.option('ASC', 'DESC')), ...d.maybe(0.6, 'ALPHA')];
}
